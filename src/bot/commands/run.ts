import { z } from "zod";
import type { Definition } from "../../engine/definition/schema.ts";
import { executionIdFor } from "../../engine/model/execution-id.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { LIMITS } from "../../slack/limits.ts";
import { escapeText, showSentence } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { carry } from "../forms/carried.ts";
import { newForm } from "../forms/run-forms.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, message, sections } from "../views/blocks/build.ts";
import { describeStart } from "./describe-start.ts";
import { describeInputs, exampleLine } from "./inputs-help.ts";
import { type Answer, type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";

/** The engine's problems with inputs. */
const InputProblems = z.object({
  problems: z.array(z.object({ path: z.string(), message: z.string(), fix: z.string() })).min(1),
});
type InputProblem = z.output<typeof InputProblems>["problems"][number];

export const runCommand: Subcommand = {
  name: "run",
  usage: "<id> [key=value …]",
  summary: "start a workflow; a form asks for what you leave out",
  roles: EVERY_ROLE,
  run: async (request, context) => {
    const { engine, command } = context;
    const workflowId = readWorkflowId(request, command);
    const { definition } = await engine.workflows.get(workflowId);
    const { channel, threadTs, caller, values } = request;
    try {
      const { executionId } = await engine.executions.start({
        workflowId,
        variables: Object.fromEntries(values),
        variableForm: "text",
        trigger: { type: "slash", userId: caller.userId, channel },
        report: { channel, on: "all", ...omitUndefined({ threadTs }) },
        executionId: executionIdFor(workflowId, `slash:${request.deliveryId}`),
      });
      const { userId: user } = caller;
      return await describeStart({ workflowId, executionId, channel, user }, context);
    } catch (error) {
      const problems = isAppError(error, "input_invalid")
        ? InputProblems.safeParse(error.details).data?.problems
        : undefined;
      if (problems === undefined) throw error;
      return explainProblems(definition, request, problems, context);
    }
  },
};

function readWorkflowId({ words, values }: CommandRequest, command: string): string {
  const [id, extra] = words;
  if (id === undefined) {
    const known =
      values.size > 0 ? "The workflow's id comes before the values" : "Say which workflow";
    throw new AppError({
      code: "command_invalid",
      message: `${known}: ${command} run <id> [key=value …]. The ids are in ${command} list.`,
    });
  }
  if (extra !== undefined) {
    throw new AppError({
      code: "command_invalid",
      message: `"${extra}" is no key=value. Values have names, and stand in quotes if they have spaces: ${command} run ${id} name="two words".`,
    });
  }
  return id;
}

/**
 * What is wrong, and a button that opens the form with the values that fit. If values are only missing, the form is the answer
 * wherever one can be opened.
 */
async function explainProblems(
  definition: Definition,
  { values, channel, threadTs }: CommandRequest,
  problems: readonly InputProblem[],
  { command, keys }: BotContext,
): Promise<Answer> {
  const wrong = new Set(problems.map((problem) => problem.path));
  const inputs = {
    ...definition,
    inputs: Object.fromEntries(
      Object.entries(definition.inputs ?? {}).filter(([name]) => wrong.has(name)),
    ),
  };
  const kept = new Map([...values].filter(([name]) => !wrong.has(name)));
  const lines = [
    `:warning: *${escapeText(definition.name)}* was not started:`,
    ...problems.map(
      ({ path, message: what, fix }) =>
        `• \`${escapeText(path)}\`: ${sentence(what)} ${sentence(fix)}`,
    ),
    ...(Object.keys(inputs.inputs).length > 0
      ? ["*What it needs*", ...describeInputs(inputs)]
      : []),
    `Like this: \`${exampleLine(command, definition, kept)}\``,
  ];
  const text = message(lines.join("\n"), sections(lines));
  if (Object.keys(definition.inputs ?? {}).length === 0) return { ...text, isRefusal: true };
  const given = [...kept].filter(([name]) => definition.inputs?.[name]?.sensitive !== true);
  const form = newForm({
    ...{ workflowId: definition.id, via: "slash", channel },
    ...{ given: Object.fromEntries(given), ...omitUndefined({ threadTs }) },
  });
  const value = await carry(form, LIMITS.buttonValue, keys);
  const open = button({ actionId: ACTION_IDS.openForm, label: "Fill in a form", value });
  const isOnlyMissing = [...wrong].every((name) => (values.get(name) ?? "").trim() === "");
  return {
    ...{ text: text.text, blocks: [...text.blocks, buttons("form", [open])] },
    isRefusal: true,
    ...(isOnlyMissing && { form }),
  };
}

function sentence(text: string): string {
  const shown = showSentence(text);
  return /[.!?]$/.test(shown) ? shown : `${shown}.`;
}
