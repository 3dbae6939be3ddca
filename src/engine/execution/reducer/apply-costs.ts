import type { AttemptCost, LateResult } from "../../model/events.ts";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";
import { attemptKey } from "../../model/step-path.ts";

/**
 * Holds the worst price of an attempt against the cap. An attempt that is begun again because its worker died is held once
 * more: the call that was under way may be charged too.
 */
export function reserve(state: ExecutionState, act: ActiveStep, nano: number): void {
  state.reservedNano += nano;
  act.reservedNano += nano;
}

/** Settles an attempt: the reservation goes, the price comes. */
export function settleAttempt(state: ExecutionState, act: ActiveStep, cost: AttemptCost): void {
  act.costNano += cost.costNano;
  act.costUnknown ||= (cost.costUnknown ?? false) || (cost.costPending ?? false);
  if (cost.usage) {
    act.usage = {
      promptTokens: (act.usage?.promptTokens ?? 0) + cost.usage.promptTokens,
      completionTokens: (act.usage?.completionTokens ?? 0) + cost.usage.completionTokens,
    };
  }
  if (cost.costPending) abandon(state, act);
  else settle(state, act.reservedNano, cost);
  act.reservedNano = 0;
}

/** Gives up a step under way. What its attempt costs is not known yet: the worst price stays held until a late result tells. */
export function abandon(state: ExecutionState, act: ActiveStep): void {
  if (act.reservedNano > 0)
    state.abandonedAttempts.set(attemptKey(act.path, act.attempt), act.reservedNano);
}

export function settleAbandonedAttempt(state: ExecutionState, event: LateResult): void {
  const attempt = attemptKey(event.path, event.attempt);
  const held = state.abandonedAttempts.get(attempt) ?? 0;
  state.abandonedAttempts.delete(attempt);
  settle(state, held, event);
}

/** Raises the cap. */
export function raiseCap(state: ExecutionState, nano: number): void {
  state.addedNano += nano;
}

/** What was held and is not known to have been spent stays charged to the cap as long as some price is unknown. */
function settle(state: ExecutionState, held: number, cost: AttemptCost): void {
  state.reservedNano -= held;
  state.spentNano += cost.costNano;
  if (!cost.costUnknown) return;
  state.unknownNano += Math.max(held - cost.costNano, 0);
  state.costUnknown = true;
}

/** What a child that was given up spent is known now. */
export function settleAbandonedChild(
  state: ExecutionState,
  childId: string,
  cost: AttemptCost,
): void {
  const held = state.abandonedChildren.get(childId) ?? 0;
  state.abandonedChildren.delete(childId);
  settle(state, held, cost);
}
