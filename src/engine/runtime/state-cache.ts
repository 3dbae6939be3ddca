import { LruMap } from "../../shared/lru-map.ts";
import type { ExecutionState } from "../model/state.ts";

/** Executions whose states are kept while nobody works on them; the ones used longest ago go first. */
const MAX_KEPT = 500;

/**
 * The states of executions that wait, as this process left them: taken up again, they need only what was committed since, not
 * their whole log, so that a step after a wait costs the same however long the execution is. Whoever takes one owns it.
 */
export class StateCache {
  readonly #states = new LruMap<string, ExecutionState>(MAX_KEPT);

  /** @param state - durable, but for what needs no commit of its own. */
  keep(state: ExecutionState): void {
    this.#states.set(state.start.executionId, state);
  }

  take(executionId: string): ExecutionState | null {
    const state = this.#states.get(executionId);
    this.#states.delete(executionId);
    return state ?? null;
  }
}
