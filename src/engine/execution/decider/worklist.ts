import type { ExecutionEvent } from "../../model/events.ts";
import type { ReadonlyState } from "../../model/state.ts";
import { framePath } from "../../model/step-path.ts";
import { isStepEvent } from "../reducer/apply-steps.ts";
import { recoverableAt } from "./retry-delay.ts";

const KEEPS_RESERVATION: ReadonlySet<ExecutionEvent["type"]> = new Set([
  "budget_requested",
  "child_held",
  "child_started",
]);

/**
 * Where `advance` has to look: the paths of steps and bodies at which something happened since it
 * last found nothing to do there, and the first moment at which something is due. A cache beside
 * the state, not part of it: one that names all paths, and any moment that is not later, leads to
 * the same decisions.
 */
export class Worklist {
  readonly #paths = new Set<string>();
  readonly #blocked = new Set<string>();
  readonly #held = new Set<string>();
  #earliestDue = Number.NEGATIVE_INFINITY;
  #reservedNano: number;
  #addedNano: number;

  /** Names every path. */
  constructor(state: ReadonlyState) {
    this.#reservedNano = state.reservedNano;
    this.#addedNano = state.addedNano;
    for (const path of state.activeSteps.keys()) this.#paths.add(path);
    for (const path of state.frames.keys()) this.#paths.add(path);
  }

  /** In the order in which they were added. Adding and removing while it is read is allowed. */
  get paths(): Iterable<string> {
    return this.#paths;
  }

  /**
   * Names the places that an event touched. To be called after the event was folded, before the
   * next one is.
   */
  note(state: ReadonlyState, event: ExecutionEvent): void {
    // First: what waited for room comes before what the event lets begin.
    if (this.#mayMakeRoom(state, event)) this.#unblockAll();
    for (const path of touchedBy(state, event)) {
      this.#paths.add(path);
      this.#wakeAt(dueAt(state, path));
    }
  }

  /** Names what has become due. */
  addDue(state: ReadonlyState, now: number): void {
    if (now < this.#earliestDue) return;
    this.#earliestDue = Number.POSITIVE_INFINITY;
    for (const { path, due } of timersOf(state)) {
      if (due <= now) this.#paths.add(path);
      else this.#wakeAt(due);
    }
  }

  /** There is nothing to do at the path. */
  remove(path: string): void {
    this.#paths.delete(path);
  }

  /** There is nothing to do at the path until there may be more room under the cost cap. */
  block(path: string): void {
    this.#blocked.add(path);
    this.#paths.delete(path);
  }

  /** Nothing is begun at the path until it is released. */
  hold(path: string): void {
    this.#held.add(path);
    this.block(path);
  }

  /** Names a path that was held. */
  release(path: string): void {
    if (!this.#held.delete(path)) return;
    this.#blocked.delete(path);
    this.#paths.add(path);
  }

  isHeld(path: string): boolean {
    return this.#held.has(path);
  }

  isBlocked(path: string): boolean {
    return this.#blocked.has(path);
  }

  #unblockAll(): void {
    for (const path of this.#blocked) this.#paths.add(path);
    this.#blocked.clear();
  }

  /**
   * True when a reservation was settled or the cap was raised; and when a step stops running and
   * keeps its reservation, maybe for days: others counted on its attempt to settle soon.
   */
  #mayMakeRoom({ reservedNano, addedNano }: ReadonlyState, { type }: ExecutionEvent): boolean {
    const isMore = reservedNano < this.#reservedNano || addedNano > this.#addedNano;
    this.#reservedNano = reservedNano;
    this.#addedNano = addedNano;
    return isMore || KEEPS_RESERVATION.has(type);
  }

  #wakeAt(due: number | null): void {
    if (due !== null) this.#earliestDue = Math.min(this.#earliestDue, due);
  }
}

/**
 * Everything under way that ends or continues at a time.
 *
 * @yields its path and that time.
 */
export function* timersOf(
  state: ReadonlyState,
): Iterable<{ readonly path: string; readonly due: number }> {
  for (const paths of [state.activeSteps.keys(), state.frames.keys()]) {
    for (const path of paths) {
      const due = dueAt(state, path);
      if (due !== null) yield { path, due };
    }
  }
}

function dueAt(state: ReadonlyState, path: string): number | null {
  const step = state.activeSteps.get(path);
  if (step) return step.due ?? recoverableAt(state, step);
  const frame = state.frames.get(path);
  return frame?.status === "open" ? frame.due : null;
}

/**
 * The step or body itself and what is around it: the body of a step, the step that opened a body.
 */
function touchedBy(state: ReadonlyState, event: ExecutionEvent): readonly string[] {
  const { activeSteps, frames } = state;
  switch (event.type) {
    case "execution_claimed":
      return [...activeSteps.keys(), ...frames.keys()];
    case "execution_migrated":
    case "execution_reopened":
      return [...frames.keys(), ...activeSteps.keys()];
    case "decision_recorded":
      return [event.path];
    case "frames_opened": {
      const { path } = event;
      return [...event.frames.map(({ id }) => `${path}/${id}`), path, framePath(path)];
    }
    default:
      return isStepEvent(event) ? [event.path, framePath(event.path)] : [];
  }
}
