import type { CompiledWorkflow } from "../../definition/compile.ts";
import {
  type ReadonlyFrame,
  type ReadonlySnapshot,
  type ReadonlyState,
  ROOT,
} from "../../model/state.ts";
import { entryPlace } from "./enter-step.ts";

/**
 * The steps from which an execution that ended can be done again: what ended or was given up, in
 * bodies that can continue. The bodies of items that completed are not among them: nothing is kept
 * of those but the output.
 */
export function retryPoints(state: ReadonlyState): readonly ReadonlySnapshot[] {
  const root = state.frames.get(ROOT);
  return root ? pointsIn(root) : [];
}

/** Does the path name such a step, or a body that can continue? */
export function isRetryPath(state: ReadonlyState, path: string): boolean {
  return retryPoints(state).some(
    (point) => point.path === path || point.bodies.some((body) => body.path === path),
  );
}

/**
 * The step whose failure made the execution fail, the innermost; `null`: it was stopped as a whole,
 * and continues where it was.
 */
export function failedPath(state: ReadonlyState): string | null {
  const root = state.frames.get(ROOT);
  return root?.failure ? failureIn(root) : null;
}

/**
 * Names of steps that would be done under a new key although it is not known whether they had their
 * effect under the old one.
 *
 * @param state - just reopened.
 */
export function stepsWithUnknownOutcome(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  now: number,
): readonly string[] {
  return [...state.frames.values()].flatMap((frame) => {
    const { again, cursor, status } = frame;
    if (status !== "open" || !again?.isUnknown || again.stepId !== cursor) return [];
    const { path } = entryPlace(workflow, state, frame, again.stepId, now);
    return path === again.path ? [] : [again.stepId];
  });
}

function pointsIn(frame: ReadonlyFrame): readonly ReadonlySnapshot[] {
  const snapshots: readonly ReadonlySnapshot[] = frame.stopped
    ? [...frame.undoLog, frame.stopped]
    : frame.undoLog;
  return snapshots.flatMap((snapshot) => [snapshot, ...snapshot.bodies.flatMap(pointsIn)]);
}

function failureIn(frame: ReadonlyFrame): string {
  const { failure, undoLog } = frame;
  const last = undoLog.at(-1);
  // A body that was not over in time continues where it was.
  if (last?.stepId !== failure?.stepId || !last) return frame.path;
  const failed = last.bodies
    .filter((body) => body.status === "failed")
    .toSorted((a, b) => endOf(a) - endOf(b))
    .at(-1);
  return failed ? failureIn(failed) : last.path;
}

function endOf({ undoLog, stopped }: ReadonlyFrame): number {
  return Math.max(undoLog.at(-1)?.at ?? 0, stopped?.at ?? 0);
}
