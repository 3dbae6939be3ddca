import type { RequestEscalated, RequestReminded } from "../../model/requests.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../../model/state.ts";

/**
 * What is due at an open request short of its expiry: a reminder, or more people. Pure.
 *
 * @returns `null` when nothing is, or when its time is over.
 */
export function requestNotice(
  state: ReadonlyState,
  { path, requestId }: ReadonlyActiveStep,
  now: number,
): RequestReminded | RequestEscalated | null {
  const request = state.requests.get(requestId ?? "");
  if (!request || requestId === null) return null;
  const { remindAt, escalateAt, escalateTo = [], expiresAt } = request.opened;
  if (expiresAt !== undefined && expiresAt <= now) return null;
  const has = (kind: string): boolean => request.notes.some((note) => note.kind === kind);
  if (remindAt !== undefined && remindAt <= now && !has("reminded"))
    return { type: "request_reminded", path, requestId, at: now };
  if (escalateAt !== undefined && escalateAt <= now && !has("escalated"))
    return { type: "request_escalated", path, requestId, to: escalateTo, at: now };
  return null;
}
