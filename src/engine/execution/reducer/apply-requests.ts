import type { Json, JsonObject } from "../../../shared/json.ts";
import { readOwn } from "../../../shared/json.ts";
import type {
  BudgetChanged,
  BudgetRequested,
  DecisionRecorded,
  OutcomeAsked,
  OutcomeTold,
  RequestOpened,
} from "../../model/events.ts";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";
import { enterStep, moveTo, requireActiveStep } from "./active-steps.ts";
import { raiseCap, settleAttempt } from "./apply-costs.ts";
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
}

/** Puts an attempt that does not fit under the cap to wait, entering its step if it is the first. */
export function requestBudget(state: ExecutionState, event: BudgetRequested): void {
  const act = state.activeSteps.get(event.path) ?? enterHeld(state, event);
  moveTo(state, act, "waiting", "budget");
  act.due = null;
  act.attemptAwaitingBudget = event.attempt;
  act.reserveNano = event.reserveNano;
  openRequest(state, act, event.request);
}

function enterHeld(state: ExecutionState, event: BudgetRequested): ActiveStep {
  const act = enterStep(state, event.path, event.stepId, event.at, event);
  act.attempt = event.attempt - 1;
  act.params = event.params ?? {};
  act.paramsHash = event.paramsHash ?? "";
  return act;
}

/** Ends the wait; whether the attempt may begin now is decided by what is left. */
export function changeBudget(state: ExecutionState, event: BudgetChanged): void {
  const act = requireActiveStep(state, event.path, event);
  const request = state.requests.get(event.requestId);
  if (act.requestId !== event.requestId || !request)
    throw invalidTransition(state, event, "no such request is open");
  request.outcome ??= { decision: event.choice, at: event.at };
  state.openRequests.delete(request.opened.id);
  raiseCap(state, event.addedNano ?? 0);
  // Whoever stops a run cancels it: that ends the wait.
  if (event.choice === "stop") return;
  act.requestId = null;
  moveTo(state, act, "retrying");
  act.due = event.at;
  act.reserveNano = event.reserveNano ?? act.reserveNano;
  if (event.change) act.params = changed(act.params, event.change);
  act.paramsHash = event.paramsHash ?? act.paramsHash;
}

/** Members of `change` replace those of `params`; null removes one. */
export function changed(params: JsonObject, change: JsonObject): JsonObject {
  const members = Object.entries({ ...params, ...change });
  return Object.fromEntries(members.filter(([name]) => change[name] !== null));
}
