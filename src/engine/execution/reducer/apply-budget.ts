import type { JsonObject } from "../../../shared/json.ts";
import type { BudgetChanged, BudgetRequested } from "../../model/events.ts";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";
import { enterStep, moveTo, requireActiveStep } from "./active-steps.ts";
import { raiseCap } from "./apply-costs.ts";
import { openRequest } from "./apply-requests.ts";
import { invalidTransition } from "./invalid-transition.ts";

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
  state.worklist.wakeAt(act.due);
  act.reserveNano = event.reserveNano ?? act.reserveNano;
  if (event.change) act.params = changed(act.params, event.change);
  act.paramsHash = event.paramsHash ?? act.paramsHash;
}

/** Members of `change` replace those of `params`; null removes one. */
export function changed(params: JsonObject, change: JsonObject): JsonObject {
  const members = Object.entries({ ...params, ...change });
  return Object.fromEntries(members.filter(([name]) => change[name] !== null));
}
