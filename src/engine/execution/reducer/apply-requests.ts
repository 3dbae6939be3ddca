import { type Json, type JsonObject, readOwn } from "../../../shared/json.ts";
import type {
  BudgetChanged,
  BudgetRequested,
  OutcomeAsked,
  OutcomeTold,
} from "../../model/events.ts";
import type { RequestOpened } from "../../model/requests.ts";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";
import { enterStep, moveTo, requireActiveStep } from "./active-steps.ts";
import { raiseCap, settleAttempt } from "./apply-costs.ts";
import { invalidTransition } from "./invalid-transition.ts";

export function openRequest(state: ExecutionState, step: ActiveStep, opened: RequestOpened): void {
  step.requestId = opened.id;
  state.openRequests.add(opened.id);
  state.requests.set(opened.id, {
    opened,
    path: step.path,
    votes: [],
    notes: [],
    turns: new Map(),
    outcome: null,
    reopenings: state.reopened.length,
    sealed: null,
    renewedBy: null,
  });
}

/** The request of an approval that ended: its output says how. */
export function closeRequest(
  state: ExecutionState,
  step: ActiveStep,
  output: Json,
  at: number,
): void {
  const request = step.requestId === null ? undefined : state.requests.get(step.requestId);
  if (!request) return;
  const decision = readOwn(output, "decision");
  request.outcome ??= { decision: typeof decision === "string" ? decision : "cancelled", at };
  state.openRequests.delete(request.opened.id);
}

/** Puts a step to wait for a person. */
export function askOutcome(state: ExecutionState, step: ActiveStep, event: OutcomeAsked): void {
  settleAttempt(state, step, event);
  moveTo(state, step, "waiting", "person");
  step.due = null;
  step.unknownOutcome = event.error;
  step.unknownBefore = true;
  openRequest(state, step, event.request);
  const { path, attempt, error, at } = event;
  state.errors.push({ path, stepId: step.stepId, attempt, error, at });
}

/**
 * Ends the wait for a person; done again, the step begins another attempt, with nothing unknown.
 */
export function tellOutcome(state: ExecutionState, step: ActiveStep, event: OutcomeTold): void {
  const request = state.requests.get(event.requestId);
  if (request) request.outcome ??= { decision: event.choice, at: event.at };
  state.openRequests.delete(event.requestId);
  step.requestId = null;
  if (event.choice !== "again") return;
  step.unknownOutcome = null;
  step.unknownBefore = false;
  moveTo(state, step, "retrying");
  step.due = event.at;
}

/**
 * Puts an attempt that does not fit under the cap to wait, entering its step if it is the first.
 */
export function requestBudget(state: ExecutionState, event: BudgetRequested): void {
  const step = state.activeSteps.get(event.path) ?? enterWithoutBudget(state, event);
  moveTo(state, step, "waiting", "budget");
  step.due = null;
  step.attemptAwaitingBudget = event.attempt;
  step.reserveNano = event.reserveNano;
  openRequest(state, step, event.request);
}

function enterWithoutBudget(state: ExecutionState, event: BudgetRequested): ActiveStep {
  const step = enterStep(state, event.path, event.stepId, event.at, event);
  step.attempt = event.attempt - 1;
  step.params = event.params ?? {};
  step.paramsHash = event.paramsHash ?? "";
  return step;
}

/** Ends the wait; whether the attempt may begin now is decided by what is left. */
export function changeBudget(state: ExecutionState, event: BudgetChanged): void {
  const step = requireActiveStep(state, event.path, event);
  const request = state.requests.get(event.requestId);
  if (step.requestId !== event.requestId || !request)
    throw invalidTransition(state, event, "no such request is open");
  request.outcome ??= { decision: event.choice, at: event.at };
  state.openRequests.delete(request.opened.id);
  raiseCap(state, event.addedNano ?? 0);
  // A person who stops a run cancels it: that ends the wait.
  if (event.choice === "stop") return;
  step.requestId = null;
  moveTo(state, step, "retrying");
  step.due = event.at;
  step.reserveNano = event.reserveNano ?? step.reserveNano;
  if (event.change) step.params = applyChange(step.params, event.change);
  step.paramsHash = event.paramsHash ?? step.paramsHash;
}

/** Members of `change` replace those of `params`; null removes one. */
export function applyChange(params: JsonObject, change: JsonObject): JsonObject {
  const members = Object.entries({ ...params, ...change });
  return Object.fromEntries(members.filter(([name]) => change[name] !== null));
}
