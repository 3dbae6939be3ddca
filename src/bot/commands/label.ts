import type { Json } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { readJsonOrText } from "../../shared/read-json.ts";
import { escapeText, shortRunId, showValue } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { readRun, usageOf } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { invalid } from "./tokens.ts";
import { choicesOf } from "./why.ts";

export const labelCommand: Subcommand = {
  name: "label",
  usage: "<run> <step> <right value> [note=…]",
  summary: "say what AI should have decided; it becomes a sample for evaluations",
  roles: EVERY_ROLE,
  valueNames: ["note"],
  run: async ({ words, values, caller }, context) => {
    const { executionId, rest: named } = await readRun(words, context, labelCommand);
    const [stepId, ...rest] = named;
    if (stepId === undefined || rest.length === 0) {
      throw invalid(
        `Say run, step and what would have been right: \`${usageOf(labelCommand, context.command)}\`. The steps that asked AI are in \`${context.command} why ${shortRunId(executionId)}\`.`,
      );
    }
    const note = values.get("note");
    return keepLabel(context, {
      executionId,
      path: stepId,
      expected: await toLabel(context, executionId, stepId, rest.join(" ")),
      by: caller.userId,
      ...omitUndefined({ note }),
    });
  },
};

/** Keeps a label. @returns the answer to its author. @throws {AppError} what `Engine.evaluations.label` throws. */
export async function keepLabel(
  { engine }: Pick<BotContext, "engine">,
  request: Parameters<BotContext["engine"]["evaluations"]["label"]>[0],
): Promise<string> {
  const { stepId, expected, actual, workflowId } = await engine.evaluations.label(request);
  const said = showValue(actual, 100);
  const verdict =
    JSON.stringify(expected) === JSON.stringify(actual)
      ? `*${said}* was right`
      : `*${showValue(expected, 100)}* would have been right, not *${said}*`;
  return `:label: Noted for \`${escapeText(stepId)}\`: ${verdict}. It is a sample of \`${escapeText(workflowId)}\` now.`;
}

/** The value that was typed, as the step would give it: a number, true or false, JSON, else the text. */
async function toLabel(
  { engine }: BotContext,
  executionId: string,
  stepId: string,
  text: string,
): Promise<Json> {
  const { workflowId, workflowVersion } = await engine.executions.get(executionId);
  const { definition } = await engine.workflows.get(workflowId, workflowVersion);
  const choice = choicesOf(definition, stepId).find(
    (one) => String(one).toLowerCase() === text.toLowerCase(),
  );
  if (choice !== undefined) return choice;
  return readJsonOrText(text);
}
