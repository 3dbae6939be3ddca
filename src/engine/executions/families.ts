import { isFinished } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import type { Removal } from "../ports/removals.ts";
import type { Store } from "../ports/store.ts";

/** Runs that start each other are at most so deep; a circle in damaged data must not be followed for ever. */
const MAX_DEPTH = 20;

export type Why = Pick<Removal, "by" | "reason">;

export interface FamiliesOptions {
  readonly store: Pick<Store, "executions" | "log" | "removals" | "kv">;
  readonly clock: Clock;
}

/**
 * Removes executions with those that their steps started: a parent shows what its children did, and its retry looks into them. The
 * children go first, so that a removal that was broken off finds the rest by the parent that is still there.
 */
export class Families {
  readonly #options: FamiliesOptions;

  constructor(options: FamiliesOptions) {
    this.#options = options;
  }

  /**
   * @param rootsOnly - one whose parent is still there stays, whatever the parent's state.
   * @returns how many are gone; 0: it stays, or was gone before. @throws {AppError} `store_unavailable`: to be repeated.
   */
  async remove(executionId: string, why: Why, rootsOnly = false): Promise<number> {
    const { store, clock } = this.#options;
    const record = await store.executions.get(executionId);
    if (record === null || !isFinished(record.status)) return 0;
    if (await this.#isHeld(record, rootsOnly)) return 0;
    const family = await this.#below(executionId, 0);
    if (family === null) return 0;
    const { workflowId } = record;
    let removed = 0;
    for (const { id, ...of } of [...family, { id: executionId, workflowId }]) {
      const removal = { executionId: id, ...of, at: clock.now(), ...why };
      const isGone = await store.removals.remove(removal);
      // What a worker has for this moment is tried again with the next look.
      if (!isGone && (await store.executions.get(id)) !== null) return removed;
      if (isGone) removed += 1;
      await store.kv.remove(`descendants:${id}`);
    }
    return removed;
  }

  /** Whether it stays for the sake of its parent. */
  async #isHeld({ start: { parent } }: ExecutionRecord, rootsOnly: boolean): Promise<boolean> {
    const above = parent ? await this.#options.store.executions.get(parent.executionId) : null;
    return above !== null && (rootsOnly || !isFinished(above.status));
  }

  /** Those that its steps started, and theirs, each before who started it; `null`: one of them is not over. */
  async #below(
    executionId: string,
    depth: number,
  ): Promise<readonly { readonly id: string; readonly workflowId: string }[] | null> {
    const { store } = this.#options;
    const found: { readonly id: string; readonly workflowId: string }[] = [];
    if (depth >= MAX_DEPTH) return found;
    for (const id of await this.#childrenOf(executionId)) {
      const record = await store.executions.get(id);
      if (record === null) continue;
      if (!isFinished(record.status)) return null;
      const below = await this.#below(id, depth + 1);
      if (below === null) return null;
      found.push(...below, { id, workflowId: record.workflowId });
    }
    return found;
  }

  async #childrenOf(executionId: string): Promise<readonly string[]> {
    const commits = await this.#options.store.log.read(executionId, 0);
    const ids = commits.flatMap(({ events }) =>
      events.flatMap((event) => (event.type === "child_started" ? [event.childId] : [])),
    );
    return [...new Set(ids)];
  }
}
