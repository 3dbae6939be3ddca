import type { Caller } from "../../engine/api/access.ts";
import type { RetryRequest } from "../../engine/api/executions.ts";
import { parseDuration } from "../../shared/duration.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { escapeText, shortRunId, showSentence, showTime } from "../../slack/text.ts";
import { fitsButton, toBulkRetryValue, toRetryValue } from "../action-values.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import { type CommandRequest, EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const retryCommand: Subcommand = {
  name: "retry",
  usage: "<run> [from=step] [key=value …]",
  summary: "let a run of yours go on that failed or was cancelled, with other values if you like",
  roles: EVERY_ROLE,
  adminForm: {
    usage: "<workflow> failed|cancelled since=2h",
    summary: "the same for all of them; says how many and asks first",
  },
  run: async (request, context) => {
    const { words, values, caller } = request;
    const [id, which] = words;
    if (id === undefined) {
      throw new AppError({
        code: "command_invalid",
        message: `Say which run: ${context.command} retry <run>. The newest are in ${context.command} runs.`,
      });
    }
    if (which !== undefined) return askBulk(id, which, request, context);
    const { from, again, ...variables } = Object.fromEntries(values);
    const executionId = await context.engine.executions.resolveId(id);
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
    return `Run \`${run}\` of ${name} goes on ${where}. Its card shows how it goes; so does \`${command} status ${run}\`.`;
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
  workflowId: string,
  which: string,
  { values, caller }: CommandRequest,
  { engine, command, clock }: BotContext,
): Promise<CardMessage | string> {
  const usage = `${command} retry <workflow> failed since=2h`;
  const status = which === "failed" || which === "cancelled" ? which : null;
  const since = parseSince(values.get("since"), clock.now());
  if (status === null || since === null || values.size > 1) {
    throw new AppError({
      code: "command_invalid",
      message: `Many runs are retried like this: ${usage}. "failed" or "cancelled"; "since" is a time such as 30m, 2h, 7d or 2026-01-31T09:00:00Z.`,
    });
  }
  const { definition } = await engine.workflows.get(workflowId);
  const { matched } = await engine.executions.retryAll({
    workflowId,
    status,
    since,
    by: caller.userId,
    dryRun: true,
  });
  const runs = `${matched} ${matched === 1 ? "run" : "runs"}`;
  const what = `${runs} of *${escapeText(definition.name)}* that were started since ${showTime(since)} and ${status === "failed" ? "failed" : "were cancelled"}`;
  if (matched === 0) return `There are ${what.replace("0 runs", "no runs")}.`;
  const text = `There are ${what}. Each goes on where it ${status === "failed" ? "failed" : "was stopped"}.`;
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
  const done = `${retried.length} ${retried.length === 1 ? "run goes" : "runs go"} on.`;
  const left = refused
    .slice(0, 10)
    .map(
      ({ executionId, message: why }) => `• \`${shortRunId(executionId)}\`: ${showSentence(why)}`,
    );
  const more = refused.length > left.length ? `\n_and ${refused.length - left.length} more_` : "";
  return refused.length === 0
    ? done
    : `${done} ${refused.length} did not:\n${left.join("\n")}${more}`;
}
