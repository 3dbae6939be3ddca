import type { AttemptCost, LateResult } from "./events.ts";
import type { Act, ExecutionState } from "./state.ts";

/** Holds the worst price of an attempt. An attempt begun again holds it once: what the lost call cost is told with the result. */
export function hold(state: ExecutionState, act: Act, nano: number): void {
  state.reservedNano += nano - act.reservedNano;
  act.reservedNano = nano;
}

/** Settles an attempt: the reservation goes, the price comes. */
export function charge(state: ExecutionState, act: Act, cost: AttemptCost): void {
  state.reservedNano -= act.reservedNano;
  // Without a known price the reservation stays charged to the cap.
  const spent = cost.costUnknown ? Math.max(cost.costNano, act.reservedNano) : cost.costNano;
  act.reservedNano = 0;
  act.costNano += spent;
  act.costUnknown ||= cost.costUnknown ?? false;
  if (cost.usage) {
    act.usage = {
      promptTokens: (act.usage?.promptTokens ?? 0) + cost.usage.promptTokens,
      completionTokens: (act.usage?.completionTokens ?? 0) + cost.usage.completionTokens,
    };
  }
  state.spentNano += spent;
  state.costUnknown ||= cost.costUnknown ?? false;
}

/** Gives up a step under way. What its attempt costs is not known yet: the worst price stays held until a late result tells. */
export function drop(state: ExecutionState, act: Act): void {
  if (act.reservedNano > 0) state.dropped.set(`${act.path}:${act.attempt}`, act.reservedNano);
}

export function settleDropped(state: ExecutionState, event: LateResult): void {
  const attempt = `${event.path}:${event.attempt}`;
  const held = state.dropped.get(attempt) ?? 0;
  state.dropped.delete(attempt);
  state.reservedNano -= held;
  state.spentNano += event.costUnknown ? Math.max(event.costNano, held) : event.costNano;
  state.costUnknown ||= event.costUnknown ?? false;
}
