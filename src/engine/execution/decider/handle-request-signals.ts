import type { ExecutionEvent } from "../../model/events.ts";
import type { RefusalReason } from "../../model/requests.ts";
import type { ReadonlyRequest, ReadonlyState } from "../../model/state.ts";
import type { Signal } from "../../ports/executions.ts";
import { refusal, whyClosed } from "./refusal.ts";

/** Says which events follow when an approver hands the request to another person. */
export function handleDelegation(
  state: ReadonlyState,
  signal: Signal,
  now: number,
): readonly ExecutionEvent[] {
  const { by, to } = signal.payload;
  const request = requestOf(state, signal);
  if (!request || typeof by !== "string" || typeof to !== "string")
    return [{ type: "signal_received", signalId: signal.id, at: now }];
  const reason = cancelled(state) ?? refusal(request, by, signal.at);
  if (reason) return [refused(request, signal, by, reason, now)];
  const { id: signalId, at } = signal;
  const requestId = request.opened.id;
  return [{ type: "request_delegated", path: request.path, requestId, by, to, signalId, at }];
}

/** Says which events follow when a vote is taken back. */
export function handleWithdrawal(
  state: ReadonlyState,
  signal: Signal,
  now: number,
): readonly ExecutionEvent[] {
  const { by } = signal.payload;
  const request = requestOf(state, signal);
  if (!request || typeof by !== "string")
    return [{ type: "signal_received", signalId: signal.id, at: now }];
  const hasVoted = request.votes.some((vote) => vote.by === by);
  const reason =
    cancelled(state) ?? whyClosed(request, signal.at) ?? (hasVoted ? null : "not_voted");
  if (reason) return [refused(request, signal, by, reason, now)];
  const { id: signalId, at } = signal;
  const requestId = request.opened.id;
  return [{ type: "vote_withdrawn", path: request.path, requestId, by, signalId, at }];
}

function requestOf(state: ReadonlyState, { payload }: Signal): ReadonlyRequest | undefined {
  const { requestId } = payload;
  return typeof requestId === "string" ? state.requests.get(requestId) : undefined;
}

function cancelled({ cancel }: ReadonlyState): RefusalReason | null {
  return cancel ? "cancelled" : null;
}

function refused(
  request: ReadonlyRequest,
  signal: Signal,
  by: string,
  reason: RefusalReason,
  at: number,
): ExecutionEvent {
  const requestId = request.opened.id;
  return { type: "decision_refused", requestId, by, reason, signalId: signal.id, at };
}
