import type { Definition } from "../../engine/definition/schema.ts";
import { executionIdFor } from "../../engine/model/execution-id.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { LIMITS } from "../../slack/limits.ts";
import { escapeText, showSentence } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { carry } from "../forms/carried.ts";
import { describeProblem, type InputProblem, inputProblemsOf } from "../forms/input-problems.ts";
import { newForm } from "../forms/run-forms.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, message, sections } from "../views/blocks/build.ts";
import { describeStart } from "./describe-start.ts";
import { describeInputs, exampleLine, firstLines, inputNames } from "./inputs-help.ts";
import { findWorkflow, readWorkflow } from "./named.ts";
import { assignWords, explainWords, noWorkflowGiven } from "./run-words.ts";
import { type Answer, type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const runCommand: Subcommand = {
  name: "run",
  usage: "<id>",
  summary: "start a workflow; a form asks for its values, or write them as `name=value`",
  roles: EVERY_ROLE,
  findValueNames: async (words, context) => {
    const workflow = await findWorkflow(words, context).catch(() => null);
    return workflow === null ? [] : inputNames(workflow.id, context);
  },
  run: async (request, context) => {
    const { engine, command } = context;
    const { channel, threadTs, caller, words, values } = request;
    if (words.length === 0) throw await noWorkflowGiven(values, context);
    const { id: workflowId, rest } = await readWorkflow(words, context, runCommand);
    const { definition } = await engine.workflows.get(workflowId);
    if (rest.length > 0) {
      const given = assignWords(definition, rest, values);
      const lines = explainWords(definition, rest, given, command);
      const { answer } = await withForm(definition, request, { lines, given }, context);
      return { ...answer, hasUnnamed: true };
    }
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
      const problems = inputProblemsOf(error);
      if (problems.length === 0) throw error;
      return explainProblems(definition, request, problems, context);
    }
  },
};

/**
 * What is wrong, and a button that opens the form with the values that fit. If values are only missing, the form is the answer
 * wherever one can be opened.
 */
async function explainProblems(
  definition: Definition,
  request: CommandRequest,
  problems: readonly InputProblem[],
  context: BotContext,
): Promise<Answer> {
  const { values } = request;
  const { command } = context;
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
    ...firstLines(
      problems.map(
        (problem) => `• \`${escapeText(problem.path)}\`: ${showSentence(describeProblem(problem))}`,
      ),
      command,
      definition.id,
    ),
    ...(Object.keys(inputs.inputs).length > 0
      ? ["*What it needs*", ...firstLines(describeInputs(inputs), command, definition.id)]
      : []),
    `Like this: \`${exampleLine(command, definition, kept)}\``,
  ];
  const { answer, form } = await withForm(definition, request, { lines, given: kept }, context);
  const isOnlyMissing = [...wrong].every((name) => (values.get(name) ?? "").trim() === "");
  return { ...answer, ...(isOnlyMissing && form !== null && { form }) };
}

/** A refusal, with a button that opens the form with the values that fit; a workflow without inputs has none. */
async function withForm(
  definition: Definition,
  { channel, threadTs, threadMessage }: CommandRequest,
  { lines, given }: { readonly lines: readonly string[]; readonly given: CommandRequest["values"] },
  { keys }: BotContext,
) {
  const text = message(lines.join("\n"), sections(lines));
  const { inputs = {} } = definition;
  const refusal = { ...text, isRefusal: true } as const;
  if (Object.keys(inputs).length === 0) return { answer: refusal, form: null };
  const shown = [...given].filter(
    ([name]) => Object.hasOwn(inputs, name) && inputs[name]?.sensitive !== true,
  );
  const form = newForm({
    ...{ workflowId: definition.id, via: "slash", channel },
    message: (await threadMessage?.()) ?? null,
    ...{ given: Object.fromEntries(shown), ...omitUndefined({ threadTs }) },
  });
  const value = await carry(form, LIMITS.buttonValue, keys);
  const open = button({ actionId: ACTION_IDS.openForm, label: "Fill in a form", value });
  return { answer: { ...refusal, blocks: [...text.blocks, buttons("form", [open])] }, form };
}
