import { asAppError } from "../../../shared/errors.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { type CompiledStep, type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import { EACH, type FrameView, type Join, type WakeCause } from "../../definition/step-type.ts";
import { deathsOf } from "../../model/deaths.ts";
import type { ExecutionEvent, StepError, StepStarted } from "../../model/events.ts";
import {
  isFinished,
  type ReadonlyActiveStep,
  type ReadonlyFrame,
  type ReadonlyItems,
  type ReadonlyState,
  ROOT,
} from "../../model/state.ts";
import { lastSegment } from "../../model/step-path.ts";
import { completeStep, endStepWithError, outputOf } from "./complete-step.ts";
import { type NextEvents, resolveBudget, resolveBudgetDecision } from "./cost-cap.ts";
import { begin, enterStep, failExecution } from "./enter-step.ts";
import { advanceBlockedChild } from "./handle-children.ts";
import { isHeldBack, resolveHeldBack } from "./renew-decision.ts";
import { requestNotice } from "./request-timers.ts";
import { recoverableAt } from "./retry-delay.ts";
import { sealEdits } from "./seal.ts";
import { isProven } from "./suspicion.ts";
import { resolveOutcome } from "./unknown-outcome.ts";
import { timersOf, type Worklist } from "./worklist.ts";

/**
 * How long steps under way may take to notice a cancellation before their outcome is given up as
 * unknown.
 *
 * @internal exported for its test
 */
export const CANCEL_GRACE_MS = 5000;

/**
 * Says which events follow from the state by themselves, without news from outside: a step that is
 * entered, a timer that is due, an end. It writes to the worklist alone: it removes the paths at
 * which there is nothing to do.
 *
 * The caller applies the events, notes them in the worklist, and calls again until the answer is
 * empty; then the execution waits for results, signals or `nextDue`.
 */
export function advance(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  worklist: Worklist,
  now: number,
): readonly ExecutionEvent[] {
  if (isFinished(state.status)) return [];
  if (state.cancel) return advanceCancelled(state, state.cancel.at, now);
  if (state.paused) return [];
  if (now >= state.deadline) {
    return [
      failExecution(
        now,
        "limit_exceeded",
        `The run passed its time limit${currentStepText(state)}.`,
      ),
    ];
  }
  worklist.addDue(state, now);
  for (const path of worklist.paths) {
    const next = worklist.isHeld(path) ? "blocked" : advanceAt(workflow, state, path, now);
    if (next === "blocked") worklist.block(path);
    else if (next.length > 0) return next;
    else worklist.remove(path);
  }
  return [];
}

function advanceAt(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  path: string,
  now: number,
): NextEvents {
  const activeStep = state.activeSteps.get(path);
  if (activeStep) return advanceStep(workflow, state, activeStep, now);
  const frame = state.frames.get(path);
  return frame?.status === "open" ? advanceFrame(workflow, state, frame, now) : [];
}

/**
 * When a worker has to take the execution up again without a signal or result; `null`: never.
 */
export function nextDue(state: ReadonlyState, worklist: Worklist): number | null {
  if (isFinished(state.status)) return null;
  // Its other timers do nothing any more: one that has passed would wake a worker without end.
  if (state.cancel) return state.cancel.at + CANCEL_GRACE_MS;
  if (state.paused) return null;
  let due = state.deadline;
  for (const next of timersOf(state)) {
    // A blocked retry is decided when there is room.
    const isBlocked = state.activeSteps.has(next.path) && worklist.isBlocked(next.path);
    if (!isBlocked) due = Math.min(due, next.due);
  }
  return due;
}

function advanceCancelled(
  state: ReadonlyState,
  since: number,
  now: number,
): readonly ExecutionEvent[] {
  const underWay = [...state.activeSteps.values()].some(
    (activeStep) => activeStep.phase === "running" && activeStep.epoch === state.epoch,
  );
  return underWay && now < since + CANCEL_GRACE_MS
    ? []
    : [{ type: "execution_cancelled", at: now }];
}

function advanceStep(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): NextEvents {
  const step = stepAt(workflow, activeStep.path);
  if (activeStep.waitingOn === "branches") {
    return activeStep.items
      ? advanceItems(step, activeStep, activeStep.items, now)
      : advanceJoin(step, state, activeStep, now);
  }
  switch (activeStep.phase) {
    case "running":
      return recover(workflow, state, activeStep, now);
    case "retrying":
      return isDue(activeStep, now) ? retry(workflow, state, activeStep, now) : [];
    case "waiting":
      if (activeStep.childAwaitingBudget)
        return advanceBlockedChild(
          workflow,
          state,
          activeStep,
          activeStep.childAwaitingBudget,
          now,
        );
      if (isHeldBack(state, activeStep)) return advanceHeldBack(workflow, state, activeStep, now);
      if (activeStep.waitingOn === "person")
        return resolveOutcome(workflow, state, activeStep, now);
      return activeStep.waitingOn === "budget"
        ? resolveBudgetDecision(workflow, state, activeStep, now)
        : advanceWaiting(workflow, step, state, activeStep, now);
  }
}

function isDue(
  activeStep: ReadonlyActiveStep,
  now: number,
): activeStep is ReadonlyActiveStep & { readonly due: number } {
  return activeStep.due !== null && activeStep.due <= now;
}

function retry(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): NextEvents {
  return begin(
    workflow,
    state,
    startAttempt(activeStep, activeStep.attemptAwaitingBudget ?? activeStep.attempt + 1, now),
    now,
  );
}

/** A decision that was made in time counts even if it is seen after the expiry. */
function advanceHeldBack(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): readonly ExecutionEvent[] {
  const decided = resolveHeldBack(workflow, state, activeStep, "decision", now);
  if (decided.length > 0 || !isDue(activeStep, now)) return decided;
  const notice = requestNotice(state, activeStep, now);
  if (notice) return [notice];
  return [
    { type: "timer_fired", path: activeStep.path, due: activeStep.due, at: now },
    ...resolveHeldBack(workflow, state, activeStep, "due", now),
  ];
}

function advanceWaiting(
  workflow: CompiledWorkflow,
  step: CompiledStep,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): readonly ExecutionEvent[] {
  // Decisions first: one that was made in time counts even if it is seen after the expiry.
  const decided = wakeStep(workflow, step, state, activeStep, "decision", now);
  if (decided.length > 0 || !isDue(activeStep, now)) return decided;
  const notice = requestNotice(state, activeStep, now);
  if (notice) return [notice];
  return [
    { type: "timer_fired", path: activeStep.path, due: activeStep.due, at: now },
    ...wakeStep(workflow, step, state, activeStep, "due", now),
  ];
}

/** Asks a waiting step whether its wait is over. */
function wakeStep(
  workflow: CompiledWorkflow,
  step: CompiledStep,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  cause: WakeCause,
  now: number,
): readonly ExecutionEvent[] {
  const request = state.requests.get(activeStep.requestId ?? "") ?? null;
  const wake = step.program.wake?.(activeStep, request, cause, now);
  if (wake?.kind !== "complete") return [];
  const { output, edited } = wake;
  const { path } = activeStep;
  return [
    ...sealEdits(workflow, state, path, request, edited?.values, now),
    ...completeStep(step, path, output, { costNano: 0, ...omitUndefined({ edited }) }, now),
  ];
}

/**
 * What follows from the votes on a request alone, whatever the clock says; nothing once the
 * execution is being cancelled. Pure.
 */
export function resolveVotes(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  path: string,
  now: number,
): readonly ExecutionEvent[] {
  const activeStep = state.activeSteps.get(path);
  if (state.cancel || !activeStep) return [];
  if (activeStep.waitingOn === "budget") return resolveBudget(state, activeStep, now);
  if (activeStep.waitingOn === "person") return resolveOutcome(workflow, state, activeStep, now);
  if (isHeldBack(state, activeStep))
    return resolveHeldBack(workflow, state, activeStep, "decision", now);
  return wakeStep(workflow, stepAt(workflow, path), state, activeStep, "decision", now);
}

/** Asks a step whose bodies are executed what they amount to so far. */
function advanceJoin(
  step: CompiledStep,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): readonly ExecutionEvent[] {
  const views = [...activeStep.frames].flatMap((path) => {
    const frame = state.frames.get(path);
    return frame ? [toFrameView(frame)] : [];
  });
  return endJoin(step, activeStep, step.program.join?.(views) ?? { kind: "wait" }, now);
}

function endJoin(
  step: CompiledStep,
  activeStep: ReadonlyActiveStep,
  join: Join,
  now: number,
): readonly ExecutionEvent[] {
  if (join.kind === "wait") return [];
  return join.kind === "complete"
    ? completeStep(step, activeStep.path, join.output, { costNano: 0 }, now)
    : endStepWithError(step, activeStep.path, join.error, { costNano: 0 }, now);
}

/** Asks a step that executes a body for each item whether to begin with more. */
function advanceItems(
  step: CompiledStep,
  activeStep: ReadonlyActiveStep,
  items: ReadonlyItems,
  now: number,
): readonly ExecutionEvent[] {
  const { values, opened, ends, firstFailed } = items;
  const error = firstFailed === null ? null : ends[firstFailed]?.error;
  const next = step.program.nextItems?.({
    total: values.length,
    opened,
    open: activeStep.frames.size,
    failed: firstFailed !== null && error ? { index: firstFailed, error } : null,
    ends,
  });
  if (next?.kind !== "open") return endJoin(step, activeStep, next ?? { kind: "wait" }, now);
  const first = step.bodies.get(EACH)?.first;
  if (first === undefined) throw new Error(`Step "${step.definition.id}" has no body for items.`);
  return Array.from({ length: next.count }, (_, index) => ({
    type: "frame_opened",
    path: `${activeStep.path}/${opened + index}`,
    first,
    at: now,
  }));
}

function toFrameView(frame: ReadonlyFrame): FrameView {
  return {
    id: lastSegment(frame.path),
    status: frame.status,
    results: frame.results,
    error: frame.failure?.error ?? null,
  };
}

/** If the worker of a running attempt died: begin the same attempt again, with the same key. */
function recover(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): NextEvents {
  const from = recoverableAt(state, activeStep);
  if (from === null) return [];
  // Unless the clock was set back.
  if (now < from && now >= activeStep.begunAt) return [];
  if (!isProven(activeStep))
    return begin(workflow, state, startAttempt(activeStep, activeStep.attempt, now), now);
  const error: StepError = {
    code: "attempt_ended_process",
    message: `The bot's process ended ${deathsOf(activeStep).deaths} times while step "${activeStep.stepId}" ran, so the step is not begun again. Whether it had its effect is not known. The operator finds in the log of the host why the process ended, such as too little memory.`,
    retryable: false,
  };
  const costPending = activeStep.reservedNano > 0;
  const cost = { costNano: 0, ...(costPending && { costPending }) };
  const step = stepAt(workflow, activeStep.path);
  return endStepWithError(step, activeStep.path, error, cost, now, true);
}

function startAttempt(activeStep: ReadonlyActiveStep, attempt: number, now: number): StepStarted {
  return {
    type: "step_started",
    path: activeStep.path,
    stepId: activeStep.stepId,
    attempt,
    ...(activeStep.reserveNano > 0 && { reservedNano: activeStep.reserveNano }),
    at: now,
  };
}

function advanceFrame(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  now: number,
): NextEvents {
  if (frame.due !== null && frame.due <= now) return [closeFrame(frame, timedOut(frame), now)];
  if (frame.current !== null) return [];
  if (frame.failure) {
    const { error } = frame.failure;
    return frame.path === ROOT
      ? [{ type: "execution_failed", error, at: now }]
      : [closeFrame(frame, error, now)];
  }
  if (frame.cursor !== null) return enterStep(workflow, state, frame, frame.cursor, now);
  if (frame.path !== ROOT) return [closeFrame(frame, null, now)];
  try {
    return [{ type: "execution_completed", output: outputOf(workflow, state), at: now }];
  } catch (error) {
    const known = asAppError(error);
    return [
      failExecution(now, known.code, `The run's output could not be computed: ${known.message}`),
    ];
  }
}

function closeFrame(frame: ReadonlyFrame, error: StepError | null, at: number): ExecutionEvent {
  const status = error ? "failed" : "completed";
  return { type: "frame_closed", path: frame.path, status, ...(error && { error }), at };
}

function timedOut(frame: ReadonlyFrame): StepError {
  const message = `Branch "${lastSegment(frame.path)}" was not over in time. Raise its timeoutMs if it needs longer.`;
  return { code: "step_timeout", message, retryable: false };
}

function currentStepText(state: ReadonlyState): string {
  const current = state.frames.get(ROOT)?.current ?? null;
  return current === null ? "" : ` in step "${state.activeSteps.get(current)?.stepId ?? current}"`;
}
