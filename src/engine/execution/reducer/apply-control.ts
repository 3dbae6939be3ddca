import type { ControlEvent, ExecutionMigrated } from "../../model/control.ts";
import type { ExecutionEvent } from "../../model/events.ts";
import { nextRequestDue } from "../../model/requests.ts";
import type { ExecutionState } from "../../model/state.ts";
import { requireActiveStep } from "./active-steps.ts";
import { reopen } from "./apply-reopen.ts";
import { openRequest } from "./apply-requests.ts";
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

/**
 * Folds what was done to the execution as a whole.
 *
 * @throws {AppError} `internal` when it is impossible in this state.
 */
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

/**
 * Continues an execution with another version. Open requests are replaced by new ones. What ended
 * before cannot be retried: the version may not have those steps any more.
 */
function migrate(state: ExecutionState, event: ExecutionMigrated): void {
  const { version, by, at, answerable = [] } = event;
  state.migrations.push({ by, at, from: state.version, to: version, answerable });
  state.version = version;
  state.prompts = { ...event.prompts, ...state.prompts };
  for (const [path, type] of Object.entries(event.formerTypes ?? {}))
    state.formerTypes.set(path, type);
  for (const { path, request } of event.asked) {
    const step = requireActiveStep(state, path, event);
    const before = state.requests.get(step.requestId ?? "");
    if (before) before.outcome ??= { decision: "superseded", at };
    state.openRequests.delete(step.requestId ?? "");
    openRequest(state, step, request);
    step.due = nextRequestDue({ opened: request });
  }
  for (const frame of state.frames.values()) frame.undoLog.length = 0;
  state.seen.add(event.signalId);
}
