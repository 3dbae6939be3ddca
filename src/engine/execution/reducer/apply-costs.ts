import type { AttemptCost, LateResult } from "../../model/events.ts";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";
import { attemptKey } from "../../model/step-path.ts";

/**
 * Reserves the worst price of an attempt under the cap. An attempt that begins again because its
 * worker died is reserved once more: the call that was under way may be charged too.
 */
export function reserve(state: ExecutionState, step: ActiveStep, nano: number): void {
  state.reservedNano += nano;
  step.reservedNano += nano;
}

/** Settles an attempt: the reservation goes, the price comes. */
export function settleAttempt(state: ExecutionState, step: ActiveStep, cost: AttemptCost): void {
  step.costNano += cost.costNano;
  step.costUnknown ||= (cost.costUnknown ?? false) || (cost.costPending ?? false);
  if (cost.usage) {
    step.usage = {
      promptTokens: (step.usage?.promptTokens ?? 0) + cost.usage.promptTokens,
      completionTokens: (step.usage?.completionTokens ?? 0) + cost.usage.completionTokens,
    };
  }
  if (cost.costPending) abandonAttempt(state, step);
  else settle(state, step.reservedNano, cost);
  step.reservedNano = 0;
}

/**
 * Gives up a step under way. What its attempt costs is not known yet: the worst price stays
 * reserved until a late result names it.
 */
export function abandonAttempt(state: ExecutionState, step: ActiveStep): void {
  if (step.reservedNano > 0)
    state.abandonedAttempts.set(attemptKey(step.path, step.attempt), step.reservedNano);
}

export function settleAbandonedAttempt(state: ExecutionState, event: LateResult): void {
  const attempt = attemptKey(event.path, event.attempt);
  const reservedNano = state.abandonedAttempts.get(attempt) ?? 0;
  state.abandonedAttempts.delete(attempt);
  settle(state, reservedNano, event);
}

/** Raises the cap. */
export function raiseCap(state: ExecutionState, nano: number): void {
  state.addedNano += nano;
}

/**
 * What was reserved and is not known to have been spent stays charged to the cap as long as some
 * price is unknown.
 */
function settle(state: ExecutionState, reservedNano: number, cost: AttemptCost): void {
  state.reservedNano -= reservedNano;
  state.spentNano += cost.costNano;
  if (!cost.costUnknown) return;
  state.unknownNano += Math.max(reservedNano - cost.costNano, 0);
  state.costUnknown = true;
}

/** What a child that was given up spent is known now. */
export function settleAbandonedChild(
  state: ExecutionState,
  childId: string,
  cost: AttemptCost,
): void {
  const reservedNano = state.abandonedChildren.get(childId) ?? 0;
  state.abandonedChildren.delete(childId);
  settle(state, reservedNano, cost);
}
