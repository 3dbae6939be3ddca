import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import { isFinished, type RequestOutcome } from "../../engine/model/state.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { cut } from "../../slack/limits.ts";
import { escapeText, mentionPerson, showValue } from "../../slack/text.ts";

/** Of a comment, where the decision takes one line. */
const COMMENT_CHARS = 300;
/** Of a title, where it takes one line. */
const TITLE_CHARS = 150;

/** How a request ended, if it did. One that outlived its run counts as cancelled: it can no longer be decided. */
export function outcomeOf(view: ExecutionView, request: RequestView): RequestOutcome | null {
  if (request.outcome !== null) return request.outcome;
  if (!isFinished(view.status)) return null;
  return { decision: "cancelled", at: Date.parse(view.completedAt ?? view.startedAt) };
}

/** Who made the choice that stands, as mentions. */
export function decidersOf(request: RequestView, outcome: RequestOutcome): string {
  const voters = request.votes.filter((vote) => vote.choice === outcome.decision);
  return voters.map((vote) => mentionPerson(vote.by)).join(", ") || "no person";
}

/** Is the choice a no? */
export function isRefusal(request: RequestView, choiceId: string): boolean {
  return choiceId === "reject" || choiceOf(request, choiceId)?.style === "danger";
}

/** What came of the choice: `Approved` rather than the button's `Approve`. */
export function outcomeLabel(request: RequestView, choiceId: string): string {
  const label = labelOf(request, choiceId);
  return PARTICIPLES[label] ?? label;
}

const PARTICIPLES: Readonly<Record<string, string>> = { Approve: "Approved", Reject: "Rejected" };

/** What the chosen button said. */
export function labelOf(request: RequestView, choiceId: string): string {
  return escapeText(choiceOf(request, choiceId)?.label ?? choiceId);
}

function choiceOf(request: RequestView, id: string) {
  return request.opened.choices.find((choice) => choice.id === id);
}

/** `: too expensive`, as those wrote who made the choice that stands; nothing if they wrote nothing. */
export function commentOf(request: RequestView, outcome: RequestOutcome): string {
  const comments = request.votes.flatMap(({ choice, comment }) =>
    choice === outcome.decision && comment ? [showValue(comment, COMMENT_CHARS)] : [],
  );
  return comments.length === 0 ? "" : `: ${comments.join("; ")}`;
}

/** Why a request needs no decision any more: it is not the same whether its run ended or continued without it. */
export function describeWithdrawal(view: ExecutionView, outcome: RequestOutcome): string {
  const isRunOver = view.completedAt !== null && outcome.at >= Date.parse(view.completedAt);
  if (!isRunOver) return "no longer needed; the run continued without it";
  if (view.status === "cancelled") {
    const by = view.cancelledBy === null ? "" : ` by ${mentionPerson(view.cancelledBy)}`;
    return `withdrawn, the run was cancelled${by}`;
  }
  if (view.status === "failed")
    return isAtLimit(view)
      ? "no decision was made in time, the run passed its time limit"
      : "withdrawn, the run failed";
  return "no longer needed, the run is over";
}

/** `:x: *Rejected* by @bob: too expensive`; `null` for what is no decision of people. */
function describeDecision(request: RequestView): string | null {
  const { outcome, opened } = request;
  if (outcome === null || opened.budget !== undefined || opened.doubt !== undefined) return null;
  const { decision } = outcome;
  if (decision === "cancelled" || decision === "superseded") return null;
  if (decision === "expired")
    return `:alarm_clock: No decision was made in time on *${titleOf(request)}*`;
  const icon = isRefusal(request, decision) ? ":x:" : ":white_check_mark:";
  return `${icon} *${outcomeLabel(request, decision)}* by ${decidersOf(request, outcome)}${commentOf(request, outcome)}`;
}

/** The last decision of a run in words: who decided what; `null`: there was none. */
export function describeLastDecision(view: ExecutionView): string | null {
  return view.requests.map(describeDecision).findLast((decision) => decision !== null) ?? null;
}

/** The last decision of a run in words, if it was a no or was not made in time; `null`: it was a yes, or there was none. */
export function describeRefusal(view: ExecutionView): string | null {
  const last = view.requests.findLast((request) => describeDecision(request) !== null);
  const decision = last?.outcome?.decision;
  if (last === undefined || decision === undefined) return null;
  return decision === "expired" || isRefusal(last, decision) ? describeDecision(last) : null;
}

/** The output of an approval in words; `null`: the value is something else. */
export function describeDecisionValue(view: ExecutionView, value: Json): string | null {
  if (!isDecisionValue(value)) return null;
  const { decision, decidedBy } = value;
  const request = view.requests.findLast(
    ({ outcome, votes }) =>
      outcome?.decision === decision &&
      (decidedBy === null || votes.some(({ by }) => by === decidedBy)),
  );
  const known = request === undefined ? null : describeDecision(request);
  if (known !== null) return known;
  const by = typeof decidedBy === "string" ? ` by ${mentionPerson(decidedBy)}` : "";
  return `*${showValue(decision ?? null, COMMENT_CHARS)}*${by}`;
}

function isDecisionValue(value: Json): value is JsonObject {
  return (
    isJsonObject(value) &&
    typeof value["decision"] === "string" &&
    value["decidedBy"] !== undefined &&
    value["decidedAt"] !== undefined
  );
}

/** No person decided before the run, or a part of it, had to be over; `null`: that is not why it failed. */
export function describeUndecided(view: ExecutionView): string | null {
  if (view.status !== "failed" || !isAtLimit(view)) return null;
  const open = view.requests.find(
    (request) =>
      outcomeOf(view, request)?.decision === "cancelled" &&
      request.outcome?.at === Date.parse(view.completedAt ?? ""),
  );
  if (open === undefined) return null;
  return `:alarm_clock: No decision was made in time: *${titleOf(open)}* was still open when the run's time was over. Retry the run to ask again.`;
}

function isAtLimit({ error }: ExecutionView): boolean {
  return error?.code === "limit_exceeded" || error?.code === "step_timeout";
}

/** The title of a request where many stand in one text. */
export function titleOf(request: RequestView): string {
  return cut(escapeText(request.opened.title), TITLE_CHARS);
}
