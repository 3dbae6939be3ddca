import type { Json } from "../../../shared/json.ts";
import type { ActiveStep, Frame, StepResult, StepSnapshot, UndoEntry } from "../../model/state.ts";

/**
 * Names that were written, with what was there before; `undefined`: nothing. In order of writing.
 */
export type Overwritten<T> = [string, T | undefined][];

/** Writes a name and notes what was there, so that a retry can undo it. */
export function overwrite<T>(
  names: Record<string, T>,
  name: string,
  value: T,
  before: Overwritten<T>,
): void {
  before.push([name, Object.hasOwn(names, name) ? names[name] : undefined]);
  names[name] = value;
}

/** What a retry needs of a step that is over or was given up. */
export function toSnapshot(
  step: ActiveStep,
  bodies: readonly Frame[],
  isUnknown: boolean,
  at: number,
): StepSnapshot {
  // A step that waited for a decision has done nothing: what it continues stays as it was.
  if (step.resumes) return { ...step.resumes, at };
  const { path, stepId, attempt, untried, paramsHash } = step;
  const branchStep = step.waitingOn === "branches" ? step : null;
  return { path, stepId, attempt, untried, paramsHash, isUnknown, branchStep, bodies, at };
}

/** An undo entry, to be filled while a step writes what it leaves in its body. */
export function beginUndoEntry(frame: Frame): {
  readonly results: Overwritten<StepResult>;
  readonly locals: Overwritten<Json>;
  readonly lastOutput: Json;
} {
  return { results: [], locals: [], lastOutput: frame.lastOutput };
}

/** Undoes what a step left in its body. Newer entries have to be undone before. */
export function undo(frame: Frame, { before }: UndoEntry): void {
  restore(frame.results, before.results);
  restore(frame.locals, before.locals);
  frame.lastOutput = before.lastOutput;
}

function restore<T>(names: Record<string, T>, before: Overwritten<T>): void {
  for (const [name, value] of before.toReversed()) {
    if (value === undefined) Reflect.deleteProperty(names, name);
    else names[name] = value;
  }
}
