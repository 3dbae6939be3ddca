import type { CompiledWorkflow } from "../../definition/compile.ts";
import { hasEffect, placeOf, releasePlan } from "../../definition/release-plan.ts";
import {
  type ReadonlyFrame,
  type ReadonlySnapshot,
  type ReadonlyState,
  ROOT,
} from "../../model/state.ts";
import { isWithin, stepIdOf } from "../../model/step-path.ts";

/** A step that had its effect and would have it once more. */
export interface RedoneEffect {
  readonly stepId: string;
  /** Of the entry that had it. */
  readonly path: string;
}

/**
 * Steps that had their effect and would be entered again if an execution that ended were continued
 * from an entry, without a decision of their own: those after an approval that is asked again are not
 * among them. Pure.
 *
 * @param path - the entry that is done again, or the body that continues.
 */
export function redoneEffects(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  path: string,
): readonly RedoneEffect[] {
  const root = state.frames.get(ROOT);
  const undone = root ? undoneEntries(root, path) : [];
  const isUndone = (entry: string): boolean =>
    undone.some((one) => one === entry || isWithin(entry, one));
  const plan = releasePlan(workflow);
  const asked = new Set<string>();
  const redone = new Map<string, RedoneEffect>();
  for (const record of state.steps) {
    // What another version had and this one does not have cannot be entered again.
    if (!isUndone(record.path) || state.formerTypes.has(record.path)) continue;
    const place = placeOf(workflow, record.path);
    const step = plan.stepAt(place);
    if (step.program.asks !== undefined) asked.add(place);
    if (record.status !== "completed" || !hasEffect(step)) continue;
    if (plan.governorsOf(place).some((governor) => asked.has(governor.place))) continue;
    redone.set(record.path, { stepId: stepIdOf(record.path), path: record.path });
  }
  return [...redone.values()];
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
