import type { RequestEscalated, RequestNote, RequestReminded } from "../../model/requests.ts";
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
  const { opened, notes } = request;
  const isDue = (at: number | undefined): boolean => at !== undefined && at <= now;
  const isDone = (kind: RequestNote["kind"]): boolean => notes.some((note) => note.kind === kind);
  if (isDue(opened.expiresAt)) return null;
  if (isDue(opened.remindAt) && !isDone("reminded"))
    return { type: "request_reminded", path, requestId, at: now };
  if (isDue(opened.escalateAt) && !isDone("escalated"))
    return { type: "request_escalated", path, requestId, to: opened.escalateTo ?? [], at: now };
  return null;
}
