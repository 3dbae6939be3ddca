import type { ExecutionEvent } from "../../model/events.ts";
import type { ActiveStep, ExecutionState, Frame } from "../../model/state.ts";
import { entryOf, framePath } from "../../model/step-path.ts";
import { invalidTransition } from "./invalid-transition.ts";

/** Puts a step into its body as the one being executed. */
export function enterStep(
  state: ExecutionState,
  path: string,
  stepId: string,
  at: number,
  event: ExecutionEvent,
): ActiveStep {
  const frame = requireFrame(state, path, event);
  if (state.activeSteps.has(path)) throw invalidTransition(state, event, `${path} is under way`);
  const step = newStep(state, frame, path, stepId, at);
  // An entry that continues after a retry has its number already.
  frame.entries.set(stepId, Math.max(frame.entries.get(stepId) ?? 0, entryOf(path)));
  const { again } = frame;
  if (again?.path === path) {
    step.unknownBefore = again.isUnknown;
    step.firstAttempt = again.attempt + 1;
    step.untried = again.untried;
  }
  frame.again = null;
  frame.cursor = null;
  frame.current = path;
  state.entered += 1;
  addActiveStep(state, step);
  return step;
}

/** Counts a step among what is under way. */
export function addActiveStep(state: ExecutionState, step: ActiveStep): void {
  state.activeSteps.set(step.path, step);
  count(state, step, 1);
}

/** Takes a step that is over out of what is under way. */
export function removeActiveStep(state: ExecutionState, step: ActiveStep): void {
  count(state, step, -1);
  state.activeSteps.delete(step.path);
}

/** Changes what a step under way does, and what it waits for. */
export function moveTo(
  state: ExecutionState,
  step: ActiveStep,
  phase: ActiveStep["phase"],
  waitingOn: ActiveStep["waitingOn"] = null,
): void {
  count(state, step, -1);
  step.phase = phase;
  step.waitingOn = waitingOn;
  count(state, step, 1);
}

function count({ load }: ExecutionState, step: ActiveStep, by: 1 | -1): void {
  if (step.phase === "running") load.running += by;
  else if (step.waitingOn !== "branches") load.waiting += by;
}

export function requireFrame(state: ExecutionState, path: string, event: ExecutionEvent): Frame {
  const frame = state.frames.get(framePath(path));
  if (!frame) throw invalidTransition(state, event, `there is no body for ${path}`);
  return frame;
}

export function requireActiveStep(
  state: ExecutionState,
  path: string,
  event: ExecutionEvent,
): ActiveStep {
  const step = state.activeSteps.get(path);
  if (!step) throw invalidTransition(state, event, `${path} is not under way`);
  return step;
}

function newStep(
  state: ExecutionState,
  frame: Frame,
  path: string,
  stepId: string,
  at: number,
): ActiveStep {
  return {
    path,
    frame: frame.path,
    stepId,
    key: `${state.start.executionId}/${path}`,
    attempt: 1,
    phase: "running",
    epoch: state.epoch,
    startedAt: at,
    begunAt: at,
    params: {},
    paramsHash: "",
    reservedNano: 0,
    unknownBefore: false,
    firstAttempt: 1,
    untried: 0,
    recoveries: 0,
    deaths: 0,
    deathsAlone: 0,
    isAlone: false,
    isReleased: false,
    reserveNano: 0,
    attemptAwaitingBudget: null,
    due: null,
    waitingOn: null,
    frames: new Set(),
    items: null,
    requestId: null,
    childId: null,
    childAwaitingBudget: null,
    unknownOutcome: null,
    event: null,
    resumes: null,
    searched: false,
    costNano: 0,
    costUnknown: false,
    usage: null,
  };
}
