import { type Json, readOwn } from "../../../shared/json.ts";
import type {
  DecisionRecorded,
  OutcomeAsked,
  OutcomeTold,
  RequestOpened,
} from "../../model/events.ts";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";
import { moveTo } from "./active-steps.ts";
import { settleAttempt } from "./apply-costs.ts";
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

/** Puts a step to wait for a person. */
export function askOutcome(state: ExecutionState, act: ActiveStep, event: OutcomeAsked): void {
  settleAttempt(state, act, event);
  moveTo(state, act, "waiting", "person");
  act.due = null;
  act.unknownOutcome = event.error;
  act.unknownBefore = true;
  openRequest(state, act, event.request);
  const { path, attempt, error, at } = event;
  state.errors.push({ path, stepId: act.stepId, attempt, error, at });
}

/** Ends the wait for a person; done again, the step begins another attempt without doubt. */
export function tellOutcome(state: ExecutionState, act: ActiveStep, event: OutcomeTold): void {
  const request = state.requests.get(event.requestId);
  if (request) request.outcome ??= { decision: event.choice, at: event.at };
  state.openRequests.delete(event.requestId);
  act.requestId = null;
  if (event.choice !== "again") return;
  act.unknownOutcome = null;
  act.unknownBefore = false;
  moveTo(state, act, "retrying");
  act.due = event.at;
  state.worklist.wakeAt(act.due);
}
