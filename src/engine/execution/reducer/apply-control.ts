import type { ControlEvent } from "../../model/control-events.ts";
import type { ExecutionEvent } from "../../model/events.ts";
import type { ExecutionState } from "../../model/state.ts";
import { migrate } from "./apply-migrate.ts";
import { reopen } from "./apply-reopen.ts";
import { invalidTransition } from "./invalid-transition.ts";

const CONTROL_EVENTS: Readonly<Record<ControlEvent["type"], true>> = {
  execution_reopened: true,
  execution_migrated: true,
  execution_held: true,
  execution_resumed: true,
  slot_acquired: true,
};

export function isControlEvent(event: ExecutionEvent): event is ControlEvent {
  return Object.hasOwn(CONTROL_EVENTS, event.type);
}

/** Folds what was done to the execution as a whole. @throws {AppError} `internal` when it is impossible in this state. */
export function applyControl(state: ExecutionState, event: ControlEvent): void {
  switch (event.type) {
    case "execution_reopened":
      reopen(state, event);
      return;
    case "execution_migrated":
      migrate(state, event);
      return;
    case "execution_held":
      state.paused = {
        reason: event.reason,
        by: event.by ?? null,
        since: state.paused?.since ?? event.at,
      };
      if (event.line !== undefined) state.queue = { name: event.line, slot: null };
      return;
    case "execution_resumed":
      if (!state.paused) throw invalidTransition(state, event, "it is not held");
      // Its time stood still.
      state.deadline += event.at - state.paused.since;
      state.paused = null;
      return;
    case "slot_acquired":
      state.queue = { name: event.line, slot: event.slot };
  }
}
