import type {
  ExecutionView,
  MigrationView,
  RequestView,
  RunningStep,
  WaitView,
} from "../../engine/api/executions.ts";
import { approversNow, REJECT } from "../../engine/model/requests.ts";
import {
  escapeText,
  mentionPerson,
  shortRunId,
  showSentence,
  showTime,
  showValue,
} from "../../slack/text.ts";
import type { CardContext } from "./card-context.ts";

/**
 * Why an unfinished run is where it is: what it does or waits for, since when, until when, and whom to ask. One line of mrkdwn
 * each.
 */
export function describeProgress(view: ExecutionView, context: CardContext): string[] {
  const waits = describeWaits(view, context);
  const running = view.running
    .filter((step) => step.phase === "running")
    .map((step) => describeRunning(step, context));
  // Of a list's items many may wait for the same.
  const lines = [...new Set([...waits, ...running])];
  if (lines.length > 0) return lines;
  if (view.status === "queued") return ["Waits for a free worker."];
  return view.currentStep === null
    ? []
    : [`At *${escapeText(context.stepName(view.currentStep))}*.`];
}

/** What an unfinished run waits for, without what is at work. */
export function describeWaits(view: ExecutionView, context: CardContext): string[] {
  const waits = view.waitingOn.map((wait) => describeWait(view, wait, context));
  return [...new Set(waits)];
}

/** `1 of 2`, and who may decide. */
export function describeApprovers(request: RequestView, mention: CardContext["mention"]): string {
  const { excluded, required } = request.opened;
  const approvers = approversNow(request);
  const able = approvers.filter((name) => !excluded.includes(name));
  if (approvers.length > 0 && able.length === 0)
    return "no person: those who are named asked for it themselves";
  const names = able.length > 0 ? able.map(mention).join(", ") : "every member of the workspace";
  if (required <= 1) return names;
  return `${names} (${required} have to agree, ${countAgreed(request)} so far)`;
}

function countAgreed(request: RequestView): number {
  return request.votes.filter((vote) => vote.choice !== REJECT).length;
}

function describeWait(view: ExecutionView, wait: WaitView, context: CardContext): string {
  const step = `*${escapeText(context.stepName(wait.stepId))}*`;
  const since = `since ${showTime(wait.since)}`;
  const until = wait.until === null ? "" : `, until ${showTime(wait.until)}`;
  switch (wait.for) {
    case "approval":
      return `Waits at ${step} for an approval ${since}${until}.${whomToAsk(view, wait, context)}`;
    case "budget":
      return `Waits before ${step} for budget ${since}: ${describeBudget(view, wait, context)}`;
    case "person":
      return `Waits ${since} for a person to say whether ${step} had its effect.${whomToAsk(view, wait, context)}`;
    case "retry":
      return describeRetry(view, wait, step);
    case "breaker":
      return describeOutage(view, wait, step);
    case "slack":
      // Without the time, which changes whenever it comes back: each edit of a card counts against Slack's limits, too.
      return `Waits at ${step} for its turn: Slack takes about one message a second in a channel, and others were first.`;
    case "child":
      return `Waits at ${step} for the end of ${nameRun(wait)} ${since}.`;
    case "room":
      return `Waits before ${step} for room under the run's cost cap ${since}: other steps of the run hold what is left of it until they end.`;
    case "event":
      return `Waits at ${step} for the event \`${escapeText(wait.event ?? "")}\` ${since}${until}.`;
    case "pause":
      return describePause(wait, step);
    case "slot":
      return `Waits in line before ${step} ${since}: as many runs with this key are under way as the workflow allows at a time.`;
    case "timer":
      return `Pauses at ${step} ${since}${until}.`;
    default:
      return `Waits at ${step} for: ${escapeText(wait.for)}, ${since}${until}.`;
  }
}

/** The run's own cap, which asks a person, or a monthly budget, which is checked again later. */
function describeBudget(view: ExecutionView, wait: WaitView, context: CardContext): string {
  if (wait.requestId !== undefined)
    return `it could pass the run's cost cap.${whomToAsk(view, wait, context)}`;
  const last = view.errors.findLast((error) => error.path === wait.path);
  return `${showSentence(last?.message ?? "")} Looks again ${showTime(wait.until ?? wait.since)}.`;
}

function whomToAsk(view: ExecutionView, wait: WaitView, context: CardContext): string {
  const request = view.requests.find((candidate) => candidate.opened.id === wait.requestId);
  return request === undefined ? "" : ` Ask ${describeApprovers(request, context.mention)}.`;
}

function describeRetry(view: ExecutionView, wait: WaitView, step: string): string {
  const last = view.errors.findLast((error) => error.path === wait.path);
  const why = last === undefined ? "" : `: ${escapeText(last.message)}`;
  const next = wait.until === null ? "" : ` Tries again ${showTime(wait.until)}.`;
  return `An attempt at ${step} failed${why}.${next}`.replace(/\.\.( |$)/, ".$1");
}

/** Without the time, which changes whenever it looks again. */
function describeOutage(view: ExecutionView, wait: WaitView, step: string): string {
  const last = view.errors.findLast((error) => error.path === wait.path);
  const why = last === undefined ? "" : ` ${escapeText(last.message)}`;
  return `Waits at ${step} for the other side to recover.${why}`;
}

function nameRun({ executionId }: WaitView): string {
  return executionId === undefined ? "another run" : `run \`${shortRunId(executionId)}\``;
}

function describeRunning(step: RunningStep, context: CardContext): string {
  const attempt = step.attempt > 1 ? ` (attempt ${step.attempt})` : "";
  return `At *${escapeText(context.stepName(step.stepId))}*${attempt}.`;
}

function describePause({ by, since }: WaitView, step: string): string {
  const who = by === undefined ? "" : ` by ${mentionPerson(by)}`;
  return `:double_vertical_bar: Held before ${step} since ${showTime(since)}: paused${who}. It continues when that is resumed.`;
}

/** Which version a run continued with, who migrated it, and when. */
export function describeMigration({ by, at, from, to }: MigrationView): string {
  return `:arrow_right: Continues with version ${to} instead of ${from}, by ${mentionPerson(by)} ${showTime(at)}.`;
}

/** Who retried, from where, and what they changed: `Retried by @bob from *Pay*, with other values: amount 10 → 20`. */
export function describeReopening(
  { by, fromStep, edits, again }: ExecutionView["retries"][number],
  context: CardContext,
): string {
  const from = fromStep === null ? "" : ` from *${escapeText(context.stepName(fromStep))}*`;
  const changes = edits.map(
    ({ name, before, after }) =>
      `${escapeText(name)} ${showValue(before ?? "–", EDIT_CHARS)} → *${showValue(after, EDIT_CHARS)}*`,
  );
  const values = changes.length === 0 ? "" : `, with other values: ${changes.join("; ")}`;
  const names = again.map((step) => `*${escapeText(context.stepName(step))}*`).join(", ");
  const redone = names === "" ? "" : `. Done again: ${names}`;
  return `Retried by ${mentionPerson(by)}${from}${values}${redone}.`;
}

const EDIT_CHARS = 100;
