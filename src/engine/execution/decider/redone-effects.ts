import type { CompiledWorkflow } from "../../definition/compile.ts";
import { hasEffect, placeOf, releasePlan } from "../../definition/release-plan.ts";
import {
  type ReadonlyFrame,
  type ReadonlySnapshot,
  type ReadonlyState,
  ROOT,
} from "../../model/state.ts";
import { framePath, isWithin, lastSegment, stepIdOf } from "../../model/step-path.ts";

/** A step that had its effect and would have it once more. */
export interface RedoneEffect {
  readonly stepId: string;
  /** Of the entry that had it. */
  readonly path: string;
  /** What it did, if that does not follow from its parameters. */
  readonly does?: string;
}

/** What a retry enters again. */
export interface Reentry {
  /** Whether the step of an entry is entered again: it is forgotten, or was given up when the execution ended. */
  isEntered(path: string): boolean;
  /** Whether every way from where it continues to the step at a place leads through an approval. */
  isAskedFor(place: string): boolean;
}

/**
 * Says what is entered again if an execution that ended is continued from an entry. Pure.
 *
 * @param path - the entry that is done again, or the body that continues; `null`: it continues where it was.
 */
export function reentryFrom(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  path: string | null,
): Reentry {
  const root = state.frames.get(ROOT);
  const undone = root && path !== null ? undoneEntries(root, path) : [];
  const stopped = new Set(root ? stoppedSteps(root) : []);
  const isUndone = (entry: string): boolean =>
    undone.some((one) => one === entry || isWithin(entry, one));
  const plan = releasePlan(workflow);
  const begun = [...(path === null ? [] : [isEntry(path) ? path : framePath(path)]), ...stopped];
  const from = begun.map((entry) => placeOf(workflow, entry));
  return {
    isEntered: (entry) => isUndone(entry) || stopped.has(entry),
    isAskedFor: (place) => plan.isAskedFor(place, from),
  };
}

/** Of a step; of a body otherwise. */
function isEntry(path: string): boolean {
  return lastSegment(path).includes("#");
}

/**
 * Steps that had their effect and would be entered again, without a decision of their own: those after
 * an approval that is asked again are not among them. Pure.
 */
export function redoneEffects(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  { isEntered, isAskedFor }: Reentry,
): readonly RedoneEffect[] {
  return effectsOf(workflow, state)
    .filter(({ path }) => isEntered(path) && !isAskedFor(placeOf(workflow, path)))
    .map(({ path, stepId }) => ({ path, stepId }));
}

/** The entries of steps that completed and changed something outside, each once. What another version alone has is left out. */
export function effectsOf(
  workflow: CompiledWorkflow,
  { steps, formerTypes }: ReadonlyState,
): readonly RedoneEffect[] {
  const plan = releasePlan(workflow);
  const paths = steps
    .filter(({ status, path }) => status === "completed" && !formerTypes.has(path))
    .map(({ path }) => path);
  return [...new Set(paths)]
    .filter((path) => hasEffect(plan.stepAt(placeOf(workflow, path))))
    .map((path) => ({ path, stepId: stepIdOf(path) }));
}

function stoppedSteps({ stopped }: ReadonlyFrame): readonly string[] {
  if (!stopped) return [];
  return stopped.branchStep ? stopped.bodies.flatMap(stoppedSteps) : [stopped.path];
}

/** The entries that are forgotten, whole: from the target on in its body, and what came after in those around it. */
function undoneEntries(frame: ReadonlyFrame, path: string): readonly string[] {
  if (path === frame.path) return [];
  const snapshots: readonly ReadonlySnapshot[] = frame.stopped
    ? [...frame.undoLog, frame.stopped]
    : frame.undoLog;
  const index = snapshots.findLastIndex((one) => one.path === path || isWithin(path, one.path));
  const target = snapshots[index];
  if (!target) return [];
  const after = snapshots.slice(index + 1).map((one) => one.path);
  if (target.path === path) return [path, ...after];
  const body = target.bodies.find((one) => one.path === path || isWithin(path, one.path));
  return [...(body ? undoneEntries(body, path) : []), ...after];
}
