import {
  currentEdits,
  editsMark,
  hasHandedOver,
  REJECT,
  type RefusalReason,
} from "../../model/requests.ts";
import type { ReadonlyRequest } from "../../model/state.ts";

/**
 * Why a decision does not count; `null` when it does. A click after the expiry is late even if the
 * timer was not seen yet.
 */
export function refusal(
  request: ReadonlyRequest,
  by: string,
  clickedAt: number,
): RefusalReason | null {
  const closed = whyClosed(request, clickedAt);
  if (closed) return closed;
  if (hasHandedOver(request, by)) return "handed_over";
  return request.votes.some((vote) => vote.by === by) ? "already_voted" : null;
}

/** Why nothing of the request can change any more. */
export function whyClosed(request: ReadonlyRequest, clickedAt: number): RefusalReason | null {
  const decision = request.outcome?.decision;
  if (decision === "expired" || decision === "cancelled") return decision;
  if (decision === "superseded") return decision;
  if (request.outcome) return "already_decided";
  if (request.opened.expiresAt !== undefined && clickedAt >= request.opened.expiresAt)
    return "expired";
  return null;
}

/**
 * Does the person decide on other values than there are by now? Only a rejection is of all values.
 *
 * @param seen - the mark of the values that the person saw.
 */
export function isOutdated(request: ReadonlyRequest, choice: string, seen: unknown): boolean {
  if (request.opened.editable === undefined || choice === REJECT) return false;
  return seen !== editsMark(currentEdits(request));
}
