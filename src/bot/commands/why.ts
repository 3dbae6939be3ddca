import { aiStepsOf, type Definition } from "../../engine/definition/schema.ts";
import type { BotContext } from "../context.ts";
import type { CardMessage } from "../views/blocks/build.ts";
import { createCardContext } from "../views/card-context.ts";
import { withMaskNote } from "../views/mask-note.ts";
import { whyOverview, whyStep } from "../views/why.ts";
import { assertNoMore, readRun } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const whyCommand: Subcommand = {
  name: "why",
  usage: "<run> [step]",
  summary: "what AI decided in a run and why; with a step: question and answer word for word",
  roles: EVERY_ROLE,
  takesRun: true,
  run: async ({ words, caller }, context) => {
    const { executionId, rest } = await readRun(words, context, whyCommand);
    const [stepId, ...more] = rest;
    assertNoMore(more, context, whyCommand);
    return showWhy(context, caller.userId, executionId, stepId);
  },
};

/**
 * Why AI decided as it did.
 *
 * @throws {AppError} `execution_not_found`, `input_invalid` for a step that asked no model.
 */
export async function showWhy(
  { engine, groups, command }: BotContext,
  reader: string,
  executionId: string,
  stepId?: string,
): Promise<CardMessage> {
  const audit = await engine.evaluations.audit(executionId, stepId, reader);
  const { definition } = await engine.workflows.get(audit.workflowId, audit.workflowVersion);
  const context = createCardContext(definition, await groups.lastKnownIds());
  const answer =
    stepId === undefined
      ? whyOverview(audit, context, command, (id) => choicesOf(definition, id))
      : whyStep(audit, context);
  return withMaskNote(answer, audit);
}

/** What a decision of this step can be, if it is one of a few. */
export function choicesOf({ steps }: Definition, stepId: string): readonly (string | boolean)[] {
  const step = aiStepsOf(steps).find(({ id }) => id === stepId);
  const { outputFormat, allowedValues } = step?.config ?? {};
  if (outputFormat === "boolean") return [true, false];
  if (outputFormat !== "enum" || !Array.isArray(allowedValues)) return [];
  return allowedValues.filter((value) => typeof value === "string");
}
