import { z } from "zod";
import type { Definition } from "../../engine/definition/schema.ts";
import { executionIdFor } from "../../engine/model/execution-id.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { escapeText, shortRunId, showSentence } from "../../slack/text.ts";
import { type CardMessage, message, sections } from "../views/blocks/build.ts";
import { describeEstimate } from "../views/costs.ts";
import { describeInputs, exampleLine } from "./inputs-help.ts";
import { type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";

/** The engine's problems with inputs. */
const InputProblems = z.object({
  problems: z.array(z.object({ path: z.string(), message: z.string(), fix: z.string() })).min(1),
});
type InputProblem = z.output<typeof InputProblems>["problems"][number];

export const runCommand: Subcommand = {
  name: "run",
  usage: "<id> [key=value …]",
  summary: "start a workflow; its card appears where you type this",
  roles: EVERY_ROLE,
  run: async (request, { engine, command }) => {
    const workflowId = readWorkflowId(request, command);
    const { definition } = await engine.workflows.get(workflowId);
    const { channel, caller, values } = request;
    try {
      const { executionId } = await engine.executions.start({
        workflowId,
        variables: Object.fromEntries(values),
        variableForm: "text",
        trigger: { type: "slash", userId: caller.userId, channel },
        report: { channel, on: "all" },
        executionId: executionIdFor(workflowId, `slash:${request.deliveryId}`),
      });
      const run = shortRunId(executionId);
      const estimate = describeEstimate(await engine.costs.estimate(workflowId));
      return `Started *${escapeText(definition.name)}*: run \`${run}\`. Its card shows how it goes; so does \`${command} status ${run}\`. ${estimate}`;
    } catch (error) {
      const problems = isAppError(error, "input_invalid")
        ? InputProblems.safeParse(error.details).data?.problems
        : undefined;
      if (problems === undefined) throw error;
      return explainProblems(definition, values, problems, command);
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

function explainProblems(
  definition: Definition,
  values: ReadonlyMap<string, string>,
  problems: readonly InputProblem[],
  command: string,
): CardMessage {
  const names = new Set(problems.map((problem) => problem.path));
  const inputs = {
    ...definition,
    inputs: Object.fromEntries(
      Object.entries(definition.inputs ?? {}).filter(([name]) => names.has(name)),
    ),
  };
  const wrong = new Set(problems.map((problem) => problem.path));
  const kept = new Map([...values].filter(([name]) => !wrong.has(name)));
  const lines = [
    `:warning: *${escapeText(definition.name)}* was not started:`,
    ...problems.map(
      ({ path, message: what, fix }) =>
        `• \`${escapeText(path)}\`: ${sentence(what)} ${sentence(fix)}`,
    ),
    ...(inputs.inputs && Object.keys(inputs.inputs).length > 0
      ? ["*What it needs*", ...describeInputs(inputs)]
      : []),
    `Like this: \`${exampleLine(command, definition, kept)}\``,
  ];
  return message(lines.join("\n"), sections(lines));
}

function sentence(text: string): string {
  const shown = showSentence(text);
  return /[.!?]$/.test(shown) ? shown : `${shown}.`;
}
