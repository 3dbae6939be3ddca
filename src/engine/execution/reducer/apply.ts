import { AppError } from "../../../shared/errors.ts";
import { emptyRecord, type Json } from "../../../shared/json.ts";
import type { ControlEvent } from "../../model/control.ts";
import type { ExecutionEvent, ExecutionStarted } from "../../model/events.ts";
import { type ExecutionState, isFinished, ROOT } from "../../model/state.ts";
import { endChild } from "./apply-children.ts";
import { applyControl, isControlEvent } from "./apply-control.ts";
import { settleAbandonedAttempt } from "./apply-costs.ts";
import { abandonBody, openFrame } from "./apply-frames.ts";
import { applyToStep, isStepEvent, type StepEvent } from "./apply-steps.ts";
import { recordDecision, refuseDecision } from "./apply-votes.ts";
import { invalidTransition } from "./invalid-transition.ts";

/**
 * The state at revision 0: nothing has happened but the start.
 *
 * @param firstStep - id of the definition's first step.
 */
export function initialState(start: ExecutionStarted, firstStep: string): ExecutionState {
  const variables = Object.assign(emptyRecord<Json>(), start.variables);
  const root = openFrame(ROOT, firstStep, null, variables);
  return {
    start,
    version: start.version,
    prompts: start.prompts ?? {},
    status: "queued",
    rev: 0,
    epoch: 0,
    variables,
    frames: new Map([[ROOT, root]]),
    activeSteps: new Map(),
    requests: new Map(),
    openRequests: new Set(),
    load: { running: 0, waiting: 0 },
    steps: [],
    errors: [],
    size: JSON.stringify(start).length,
    entered: 0,
    enteredBefore: 0,
    deadline: start.deadline,
    paused: null,
    queue: null,
    reopened: [],
    migrations: [],
    formerTypes: new Map(),
    spentNano: 0,
    unknownNano: 0,
    reservedNano: 0,
    addedNano: 0,
    costUnknown: false,
    abandonedAttempts: new Map(),
    abandonedChildren: new Map(),
    consumed: new Set(),
    outbox: new Map(),
    cancel: null,
    seen: new Set(),
    output: null,
    error: null,
    endedAt: null,
  };
}

/**
 * Folds one event into the state, in place: the caller hands the state over. Constant time per
 * event.
 *
 * The only way a state changes. The same events give the same state, always.
 *
 * @throws {AppError} `internal` when the event is impossible in this state: the log or the code is
 *   wrong, and going on would do damage.
 */
export function apply(state: ExecutionState, event: ExecutionEvent): void {
  if (isFinished(state.status) && !AFTER_END.has(event.type)) {
    throw invalidTransition(state, event, "the execution is finished");
  }
  if (isStepEvent(event)) applyToStep(state, event);
  else if (isControlEvent(event)) applyControl(state, event);
  else applyToExecution(state, event);
  state.size += JSON.stringify(event).length;
  if (!isFinished(state.status)) state.status = unfinishedStatus(state);
}

/**
 * What may still be noted of a finished execution: it changes nothing that was decided, unless a
 * person reopens it.
 */
const AFTER_END: ReadonlySet<ExecutionEvent["type"]> = new Set([
  "late_result",
  "decision_refused",
  "signal_received",
  "execution_claimed",
  "execution_reopened",
  "child_ended",
  "outbox_delivered",
]);

type OtherEvent = Exclude<ExecutionEvent, StepEvent | ControlEvent>;

function applyToExecution(state: ExecutionState, event: OtherEvent): void {
  switch (event.type) {
    case "execution_started":
      throw invalidTransition(state, event, "an execution starts once");
    case "execution_claimed":
      state.epoch = event.epoch;
      return;
    case "execution_released":
      for (const step of state.activeSteps.values())
        if (step.phase === "running" && step.epoch === event.epoch) step.isReleased = true;
      return;
    case "execution_cancel_requested":
      state.cancel ??= { by: event.by, at: event.at };
      state.seen.add(event.signalId);
      return;
    case "signal_received":
      state.seen.add(event.signalId);
      return;
    case "decision_refused":
      refuseDecision(state, event);
      return;
    case "decision_recorded":
      recordDecision(state, event);
      return;
    case "child_ended":
      endChild(state, event);
      return;
    case "outbox_delivered":
      for (const id of event.ids) state.outbox.delete(id);
      return;
    case "late_result":
      settleAbandonedAttempt(state, event);
      return;
    case "execution_completed":
      state.output = event.output;
      finish(state, "completed", event.at);
      return;
    case "execution_failed":
      state.error = event.error;
      finish(state, "failed", event.at);
      return;
    case "execution_cancelled":
      state.error = event.error ?? null;
      finish(state, "cancelled", event.at);
  }
}

/** Folds a whole commit. @throws {AppError} `internal` for a gap in the log. */
export function applyCommit(
  state: ExecutionState,
  rev: number,
  events: readonly ExecutionEvent[],
): void {
  if (rev !== state.rev + 1) {
    throw new AppError({
      code: "internal",
      message: `The log of ${state.start.executionId} has a gap: revision ${rev} follows ${state.rev}.`,
    });
  }
  for (const event of events) apply(state, event);
  state.rev = rev;
}

function finish(
  state: ExecutionState,
  status: "completed" | "failed" | "cancelled",
  at: number,
): void {
  const root = state.frames.get(ROOT);
  if (root) abandonBody(state, root, at);
  state.status = status;
  state.endedAt = at;
}

function unfinishedStatus({ load, paused }: ExecutionState): "running" | "waiting" {
  return load.running === 0 && (load.waiting > 0 || paused) ? "waiting" : "running";
}
