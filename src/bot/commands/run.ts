import { z } from "zod";
import type { Role } from "../../engine/api/access.ts";
import type { Definition } from "../../engine/definition/schema.ts";
import { executionIdFor } from "../../engine/model/execution-id.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { escapeText, shortRunId, showSentence } from "../../slack/text.ts";
import { ACTION_IDS } from "../ids.ts";
import type { SharedChannels } from "../shared-channels.ts";
import {
  button,
  buttons,
  type CardMessage,
  message,
  section,
  sections,
} from "../views/blocks/build.ts";
import { describeEstimate } from "../views/costs.ts";
import { describeInputs, exampleLine } from "./inputs-help.ts";
import { ALLOW_SHARING } from "./sharing.ts";
import { type Answer, type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";

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
  run: async (request, { engine, command, shared }) => {
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
      const run = shortRunId(executionId);
      const estimate = describeEstimate(await engine.costs.estimate(workflowId));
      const started = `Started *${escapeText(definition.name)}*: run \`${run}\`.`;
      const status = `\`${command} status ${run}\``;
      if (!(await isHeldBack(definition, channel, shared)))
        return `${started} Its card shows how it goes; so does ${status}. ${estimate}`;
      const elsewhere = `${started} ${PRIVATELY}; ${status} shows how it goes. ${estimate}`;
      return startedElsewhere(elsewhere, channel, caller.role, command);
    } catch (error) {
      const problems = isAppError(error, "input_invalid")
        ? InputProblems.safeParse(error.details).data?.problems
        : undefined;
      if (problems === undefined) throw error;
      return explainProblems(definition, values, problems, command);
    }
  },
};

const PRIVATELY =
  "People of another organization read this channel, so its card comes to your direct messages";

/** Do the cards of this run not stand where it was started? As long as Slack does not say, its card says it later. */
async function isHeldBack(
  definition: Definition,
  channel: string,
  shared: SharedChannels,
): Promise<boolean> {
  if (definition.sharedChannels === "allow") return false;
  return shared.isPrivate(channel).catch(() => false);
}

/** The answer, with what admins can do about it. */
function startedElsewhere(
  text: string,
  channel: string,
  role: Role,
  command: string,
): CardMessage | string {
  if (role !== "admin")
    return `${text} An admin can allow cards here: \`${command} sharing allow\`.`;
  const allow = button({ actionId: ACTION_IDS.allowSharing, label: ALLOW_SHARING, value: channel });
  return message(text, [section(text), buttons("sharing", [allow])]);
}

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
): Answer {
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
  return { ...message(lines.join("\n"), sections(lines)), isRefusal: true };
}

function sentence(text: string): string {
  const shown = showSentence(text);
  return /[.!?]$/.test(shown) ? shown : `${shown}.`;
}
