import type { Caller } from "../../engine/api/access.ts";
import type { RetryRequest } from "../../engine/api/executions.ts";
import { counted } from "../../shared/counted.ts";
import { parseDuration } from "../../shared/duration.ts";
import { type AppError, isAppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { escapeText, shortRunId, showSentence, showTime } from "../../slack/text.ts";
import { fitsButton, toBulkRetryValue, toRetryValue } from "../action-values.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import { inputNames } from "./inputs-help.ts";
import { assertNoMore, findWorkflow, type NamedWorkflow, readRun } from "./named.ts";
import { readStatusWord } from "./status-words.ts";
import { type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { invalid } from "./tokens.ts";

export const retryCommand: Subcommand = {
  name: "retry",
  usage: "<run> [from=step] [key=value …]",
  summary: "continue a run of yours that failed or was cancelled, with other values if you like",
  roles: EVERY_ROLE,
  takesRun: true,
  adminForm: {
    usage: "<workflow> failed|cancelled since=2h",
    summary: "the same for all of them; says how many and asks first",
  },
  findValueNames: async (words, context) => {
    const run = await readRun(words, context, retryCommand).catch(() => null);
    if (run === null) return ["from", "again", "since"];
    const { workflowId } = await context.engine.executions.get(run.executionId);
    return ["from", "again", ...(await inputNames(workflowId, context))];
  },
  run: async (request, context) => {
    const { words, values, caller } = request;
    const workflow = words.length > 0 ? await findWorkflow(words, context) : null;
    if (workflow !== null) return askBulk(workflow, request, context);
    const { executionId, rest } = await readRun(words, context, retryCommand);
    assertNoMore(rest, context, retryCommand);
    const { from, again, ...variables } = Object.fromEntries(values);
    return retryRun(context, caller, {
      executionId,
      variables,
      ...(from && { fromStep: from }),
      ...(again && { again: again.split(",").map((step) => step.trim()) }),
    });
  },
};

/** What is to be done again, and how. */
export type RetryChoice = Pick<
  RetryRequest,
  "executionId" | "fromStep" | "acceptsDoubt" | "again"
> & {
  /** As the person typed them. */
  readonly variables?: Readonly<Record<string, string>>;
};

/**
 * Retries a run.
 *
 * @returns the answer; if a step may have had its effect already, a question with a button.
 * @throws {AppError} `not_allowed` and what the engine throws.
 */
export async function retryRun(
  { engine, command }: BotContext,
  caller: Caller,
  choice: RetryChoice,
): Promise<CardMessage | string> {
  const view = await engine.executions.get(choice.executionId);
  try {
    const { executionId, reopened, fromStep } = await engine.executions.retry({
      ...choice,
      by: caller.userId,
      variableForm: "text",
    });
    const name = `*${escapeText(view.workflowName)}*`;
    const run = shortRunId(executionId);
    if (!reopened)
      return `Run \`${shortRunId(view.executionId)}\` of ${name} had completed, so it was started again: run \`${run}\`.`;
    const where = fromStep === null ? "where it was stopped" : `from *${escapeText(fromStep)}*`;
    return `Run \`${run}\` of ${name} continues ${where}. Its card shows how it goes; so does \`${command} status ${run}\`.`;
  } catch (error) {
    if (!isAppError(error, "effect_in_doubt")) throw error;
    return askAboutOutcome(error, choice);
  }
}

function askAboutOutcome(error: AppError, choice: RetryChoice): CardMessage {
  const text = `:warning: ${showSentence(error.message)}`;
  const { executionId, fromStep, variables, again } = choice;
  const value = toRetryValue({
    e: executionId,
    ...omitUndefined({ f: fromStep, v: variables && { ...variables }, a: again && [...again] }),
    d: true,
  });
  // What no button can carry needs the API.
  if (!fitsButton(value)) return message(text, [section(text)]);
  const accept = button({
    actionId: ACTION_IDS.retryRun,
    label: "Retry all the same",
    style: "danger",
    value,
  });
  return message(text, [section(text), buttons("doubt", [accept])]);
}

async function askBulk(
  { id: workflowId, rest }: NamedWorkflow,
  { values, caller }: CommandRequest,
  { engine, command, clock }: BotContext,
): Promise<CardMessage | string> {
  const usage = `${command} retry ${workflowId} failed since=2h`;
  const status = readEnd(rest);
  const since = parseSince(values.get("since"), clock.now());
  if (status === null || since === null || values.size > 1) {
    throw invalid(
      `All runs of a workflow that failed are retried like this: \`${usage}\`. Write \`failed\` or \`cancelled\`; \`since\` is a time such as 30m, 2h, 7d or 2026-01-31T09:00:00Z. For one run: \`${command} retry <run>\`; their ids are in \`${command} runs ${workflowId}\`.`,
    );
  }
  const { definition } = await engine.workflows.get(workflowId);
  const { matched } = await engine.executions.retryAll({
    workflowId,
    status,
    since,
    by: caller.userId,
    dryRun: true,
  });
  const runs = counted(matched, "run");
  const what = `${runs} of *${escapeText(definition.name)}* that were started since ${showTime(since)} and ${status === "failed" ? "failed" : "were cancelled"}`;
  if (matched === 0) return `There are ${what.replace("0 runs", "no runs")}.`;
  const text = `There are ${what}. Each continues where it ${status === "failed" ? "failed" : "was stopped"}.`;
  const confirm = button({
    actionId: ACTION_IDS.retryAll,
    label: `Retry ${runs}`,
    style: "primary",
    value: toBulkRetryValue({ w: workflowId, s: status, t: since }),
    confirm: {
      title: `Retry ${runs}?`,
      text: "What they do outside is done again from there on.",
      confirm: `Retry ${runs}`,
      deny: "No",
    },
  });
  return message(text, [section(text), buttons("bulk", [confirm])]);
}

function readEnd([word, ...rest]: readonly string[]): "failed" | "cancelled" | null {
  if (rest.length > 0) return null;
  const end = readStatusWord(word ?? "");
  return end === "failed" || end === "cancelled" ? end : null;
}

/** A duration back from now, or a moment. */
function parseSince(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  const ago = parseDuration(text);
  if (ago !== null) return now - ago;
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

/** Retries the runs, and says how many. */
export async function retryAll(
  { engine }: BotContext,
  caller: Caller,
  request: {
    readonly workflowId: string;
    readonly status: "failed" | "cancelled";
    readonly since: number;
  },
): Promise<string> {
  const { retried, refused } = await engine.executions.retryAll({
    ...request,
    by: caller.userId,
    dryRun: false,
  });
  const done = `${counted(retried.length, "run continues", "runs continue")}.`;
  const left = refused
    .slice(0, 10)
    .map(
      ({ executionId, message: why }) => `• \`${shortRunId(executionId)}\`: ${showSentence(why)}`,
    );
  const more = refused.length > left.length ? `\n_and ${refused.length - left.length} more_` : "";
  return refused.length === 0
    ? done
    : `${done} ${refused.length} could not be retried:\n${left.join("\n")}${more}`;
}
