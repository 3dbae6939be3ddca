import { type Json, readOwn } from "../../../shared/json.ts";
import type { DecisionRecorded, RequestOpened } from "../../model/events.ts";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";
import { invalidTransition } from "./invalid-transition.ts";

export function openRequest(state: ExecutionState, act: ActiveStep, opened: RequestOpened): void {
  act.requestId = opened.id;
  state.openRequests.add(opened.id);
  state.requests.set(opened.id, { opened, path: act.path, votes: [], outcome: null });
}

/** The request of an approval that ended: its output says how. */
export function closeRequest(
  state: ExecutionState,
  act: ActiveStep,
  output: Json,
  at: number,
): void {
  const request = act.requestId === null ? undefined : state.requests.get(act.requestId);
  if (!request) return;
  const decision = readOwn(output, "decision");
  request.outcome ??= { decision: typeof decision === "string" ? decision : "cancelled", at };
  state.openRequests.delete(request.opened.id);
}

export function recordDecision(state: ExecutionState, event: DecisionRecorded): void {
  const request = state.requests.get(event.requestId);
  if (!request || request.outcome) throw invalidTransition(state, event, "no such request is open");
  request.votes.push({
    by: event.by,
    choice: event.choice,
    at: event.at,
    ...(event.comment !== undefined && { comment: event.comment }),
  });
  state.seen.add(event.signalId);
}
