import { emptyRecord, type Json } from "../../../shared/json.ts";
import type { FrameClosed, FrameOpened, FramesOpened } from "../../model/events.ts";
import type {
  ActiveStep,
  ExecutionState,
  Frame,
  ItemsState,
  StepResult,
  UndoEntry,
} from "../../model/state.ts";
import { framePath, lastSegment } from "../../model/step-path.ts";
import { enterStep, moveTo, removeActiveStep } from "./active-steps.ts";
import { abandonChild } from "./apply-children.ts";
import { abandonAttempt } from "./apply-costs.ts";
import { closeRequest } from "./apply-requests.ts";
import { invalidTransition } from "./invalid-transition.ts";
import { overwrite, toSnapshot } from "./undo-log.ts";

export function openFrame(
  path: string,
  cursor: string,
  due: number | null,
  locals: Record<string, Json>,
  allowedMs: number | null = null,
): Frame {
  return {
    path,
    status: "open",
    due,
    allowedMs,
    locals,
    cursor,
    entries: new Map(),
    results: emptyRecord<StepResult>(),
    lastOutput: null,
    current: null,
    failure: null,
    undoLog: [],
    stopped: null,
    again: null,
  };
}

export function openFrames(state: ExecutionState, event: FramesOpened): void {
  const step = enterStep(state, event.path, event.stepId, event.at, event);
  moveTo(state, step, "waiting", "branches");
  if (event.items) {
    step.items = {
      as: event.as ?? "item",
      values: event.items,
      opened: 0,
      ends: [],
      firstFailed: null,
      failedBody: null,
    };
  }
  for (const { id, first, due } of event.frames) {
    beginFrame(state, step, `${event.path}/${id}`, first, due ?? null, event.at);
  }
}

/** Begins with the next item of a step. */
export function openItemFrame(state: ExecutionState, event: FrameOpened): void {
  const step = state.activeSteps.get(framePath(event.path));
  if (!step?.items) throw invalidTransition(state, event, "no step holds the items");
  beginFrame(state, step, event.path, event.first, null, event.at);
}

function beginFrame(
  state: ExecutionState,
  step: ActiveStep,
  path: string,
  first: string,
  due: number | null,
  at: number,
): void {
  const allowedMs = due === null ? null : due - at;
  const frame = openFrame(path, first, due, emptyRecord<Json>(), allowedMs);
  if (step.items) {
    frame.locals[step.items.as] = step.items.values[Number(lastSegment(path))] ?? null;
    step.items.opened += 1;
  }
  step.frames.add(path);
  state.frames.set(path, frame);
}

export function closeFrame(state: ExecutionState, event: FrameClosed): void {
  const frame = state.frames.get(event.path);
  if (frame?.status !== "open") throw invalidTransition(state, event, `${event.path} is not open`);
  abandonBody(state, frame, event.at);
  frame.status = event.status;
  if (event.error) frame.failure ??= { stepId: "", error: event.error };
  const branchStep = state.activeSteps.get(framePath(frame.path));
  if (!branchStep?.items) return;
  // Of an item only how it ended is still needed: a list of thousands must not fill the memory.
  endItem(branchStep.items, frame, event);
  branchStep.frames.delete(frame.path);
  state.frames.delete(frame.path);
}

function endItem(items: ItemsState, frame: Frame, { status, error }: FrameClosed): void {
  const index = Number(lastSegment(frame.path));
  const output = status === "completed" ? frame.lastOutput : null;
  items.ends[index] = { status, output, error: error ?? null };
  if (status !== "failed") return;
  items.firstFailed ??= index;
  items.failedBody = frame;
}

/** Gives up what a body has under way, with everything inside. */
export function abandonBody(state: ExecutionState, frame: Frame, at: number): void {
  const step = frame.current === null ? undefined : state.activeSteps.get(frame.current);
  frame.current = null;
  if (!step) return;
  const bodies = abandonBodies(state, step, at);
  closeRequest(state, step, null, at);
  abandonChild(state, step);
  abandonAttempt(state, step);
  removeActiveStep(state, step);
  frame.stopped = toSnapshot(step, bodies, step.unknownBefore || step.phase === "running", at);
}

/**
 * Gives up what the bodies of a step have under way, and the bodies.
 *
 * @returns those that a retry may continue.
 */
function abandonBodies(state: ExecutionState, step: ActiveStep, at: number): readonly Frame[] {
  const bodies = [...step.frames].flatMap((path) => state.frames.get(path) ?? []);
  for (const frame of bodies) {
    abandonBody(state, frame, at);
    state.frames.delete(frame.path);
  }
  const failed = step.items?.failedBody;
  return failed ? [failed, ...bodies] : bodies;
}

/**
 * Ends the bodies of a step: what completed ones wrote becomes the outer body's, in the order of
 * their declaration, and a result is found under its step's own id where no other body, this one
 * included, has a step of that id. Bodies of items leave nothing but the step's output.
 *
 * @returns the bodies that a retry may continue.
 */
export function mergeFrames(
  state: ExecutionState,
  step: ActiveStep,
  outer: Frame,
  before: UndoEntry["before"],
  at: number,
): readonly Frame[] {
  const bodies = abandonBodies(state, step, at);
  const inner = step.items ? [] : bodies;
  for (const frame of inner) {
    if (frame.status === "completed") {
      for (const [name, value] of Object.entries(frame.locals))
        overwrite(outer.locals, name, value, before.locals);
    }
    // A value from before the branch must not pass for what the failed step should have given.
    const failed = frame.status === "failed" ? frame.failure?.variable : undefined;
    if (failed !== undefined) overwrite(outer.locals, failed, null, before.locals);
    for (const [id, result] of Object.entries(frame.results)) {
      const isUnique = inner.every((other) => other === frame || !Object.hasOwn(other.results, id));
      if (isUnique && !outer.entries.has(id)) overwrite(outer.results, id, result, before.results);
    }
  }
  return bodies;
}
