import { hashJson } from "../../../shared/json.ts";
import { shortJson } from "../../../shared/json-text.ts";
import type { ExecutionReopened } from "../../model/control.ts";
import {
  type ActiveStep,
  type ExecutionState,
  type Frame,
  ROOT,
  type VariableEdit,
} from "../../model/state.ts";
import { framePath, isWithin, lastSegment } from "../../model/step-path.ts";
import { addActiveStep } from "./active-steps.ts";
import { invalidTransition } from "./invalid-transition.ts";
import { undo } from "./undo-log.ts";

/**
 * Reopens an execution that ended. With a path, that step is entered once more: what its body
 * and the bodies around it learned from its last entry on is forgotten, and siblings keep what they
 * have. What was given up when the execution ended continues as well. Costs, the timeline and
 * decided requests stay.
 */
export function reopen(state: ExecutionState, event: ExecutionReopened): void {
  const root = state.frames.get(ROOT);
  if (state.status !== "failed" && state.status !== "cancelled")
    throw invalidTransition(state, event, "only what failed or was cancelled is reopened");
  if (!root) throw invalidTransition(state, event, "it has no root body");
  state.status = "running";
  state.cancel = null;
  state.output = null;
  state.error = null;
  state.endedAt = null;
  state.paused = null;
  state.queue = null;
  state.deadline = event.deadline;
  state.enteredBefore = state.entered;
  const { by, at, path = null, asked = null, again = [], answerable = [] } = event;
  state.seen.add(event.signalId);
  reopenBody(state, root, event, path);
  // Compared with what the steps find that are done again, not with what they made of it before.
  state.reopened.push({ by, at, path, asked, again, edits: editsOf(state, event), answerable });
  Object.assign(state.variables, event.variables);
}

/** Which variables get other values than they have where it continues. */
function editsOf({ variables }: ExecutionState, event: ExecutionReopened): readonly VariableEdit[] {
  return Object.entries(event.variables ?? {}).flatMap(([name, value]): VariableEdit[] => {
    const before = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (before !== undefined && hashJson(before) === hashJson(value)) return [];
    return [
      { name, before: before === undefined ? null : shortJson(before), after: shortJson(value) },
    ];
  });
}

/**
 * Opens a body again.
 *
 * @param path - the step to enter once more, in this body or deeper, or the body itself: then it
 *   continues where it was.
 */
function reopenBody(
  state: ExecutionState,
  frame: Frame,
  event: ExecutionReopened,
  path: string | null,
): void {
  const target = path === null || path === frame.path ? null : pathIn(frame, path);
  if (target !== null) rewind(state, frame, target, event);
  const { stopped } = frame;
  frame.stopped = null;
  frame.status = "open";
  frame.failure = null;
  frame.due = frame.allowedMs === null ? null : event.at + frame.allowedMs;
  state.frames.set(frame.path, frame);
  if (!stopped) return;
  if (stopped.branchStep && path !== stopped.path) {
    reopenBranchStep(state, frame, stopped.branchStep, stopped.bodies, event, path);
    return;
  }
  frame.cursor = stopped.stepId;
  frame.again = stopped;
}

/**
 * Puts a step with bodies back: those that were given up continue, those that were over stay so,
 * except the one on the path.
 */
function reopenBranchStep(
  state: ExecutionState,
  frame: Frame,
  step: ActiveStep,
  bodies: readonly Frame[],
  event: ExecutionReopened,
  path: string | null,
): void {
  frame.cursor = null;
  frame.current = step.path;
  addActiveStep(state, step);
  for (const body of bodies) {
    const isOnPath = path !== null && (path === body.path || isWithin(path, body.path));
    const continues = isOnPath || body.status === "open";
    // Of an item that stays failed the step has the end, and the body for a retry of its own.
    if (step.items && !continues) continue;
    forgetEnd(step, body);
    step.frames.add(body.path);
    if (continues) reopenBody(state, body, event, isOnPath ? path : null);
    else state.frames.set(body.path, body);
  }
}

/** The item's body is executed further, so it has not ended. */
function forgetEnd({ items }: ActiveStep, body: Frame): void {
  const index = Number(lastSegment(body.path));
  if (!items?.ends[index]) return;
  Reflect.deleteProperty(items.ends, index);
  items.failedBody = null;
  if (items.firstFailed === index) items.firstFailed = null;
}

/** The path of the step of this body in which `path` lies. */
function pathIn(frame: Frame, path: string): string {
  const inner = frame.path === ROOT ? path : path.slice(frame.path.length + 1);
  const [segment = ""] = inner.split("/");
  return frame.path === ROOT ? segment : `${frame.path}/${segment}`;
}

/** Undoes what ended in a body from a step's entry on; that entry then counts as given up. */
function rewind(
  state: ExecutionState,
  frame: Frame,
  target: string,
  event: ExecutionReopened,
): void {
  if (frame.stopped?.path === target) return;
  for (let entry = frame.undoLog.pop(); entry; entry = frame.undoLog.pop()) {
    undo(frame, entry);
    if (entry.path !== target) continue;
    const { before: _before, keepsKey, ...snapshot } = entry;
    // A step that had completed is done once more, under a new key.
    frame.stopped = keepsKey ? snapshot : { ...snapshot, paramsHash: "", isUnknown: false };
    return;
  }
  throw invalidTransition(
    state,
    event,
    `${target} did not end in ${framePath(target) || "the root body"}`,
  );
}
