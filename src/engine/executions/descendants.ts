import { AppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";
import type { Store } from "../ports/store.ts";

/**
 * Executions that one may lead to, by its steps and by events of its end, theirs included. A chain is at most ten long, but each may
 * start many others: a hundred each time would be more than any store holds.
 */
const MAX_DESCENDANTS = 10_000;

/** How many are counted before the count is stored: a process that dies forgets fewer than that. */
const STORED_EACH = 10;

/** Roots whose counts a process has at hand. */
const MAX_ROOTS = 10_000;

interface Count {
  /** As the store had it last, with those that were counted here since. */
  total: number;
  unsaved: number;
}

/** Counts the executions that follow from each other. Processes that count at the same moment may each miss what the other counted. */
export class Descendants {
  readonly #store: Pick<Store, "kv">;
  readonly #counts = new LruMap<string, Promise<Count>>(MAX_ROOTS);

  constructor(store: Pick<Store, "kv">) {
    this.#store = store;
  }

  /**
   * Counts one execution more.
   *
   * @param root - the execution that all this began with.
   * @param workflowId - what is to be started, for the message.
   * @throws {AppError} `limit_exceeded`.
   */
  async take(root: string, workflowId: string): Promise<void> {
    const known = this.#counts.get(root) ?? this.#read(root);
    this.#counts.set(root, known);
    const count = await known.catch((error: unknown) => {
      this.#counts.delete(root);
      throw error;
    });
    if (count.total >= MAX_DESCENDANTS) throw tooMany(root, workflowId);
    count.total += 1;
    count.unsaved += 1;
    if (count.unsaved < STORED_EACH) return;
    const added = count.unsaved;
    count.unsaved = 0;
    // Others may have counted since.
    const stored = await this.#stored(root);
    count.total = Math.max(count.total, stored + added);
    await this.#store.kv.set(keyOf(root), count.total);
  }

  async #read(root: string): Promise<Count> {
    return { total: await this.#stored(root), unsaved: 0 };
  }

  async #stored(root: string): Promise<number> {
    const value = await this.#store.kv.get(keyOf(root));
    return typeof value === "number" ? value : 0;
  }
}

function keyOf(root: string): string {
  return `descendants:${root}`;
}

function tooMany(root: string, workflowId: string): AppError {
  return new AppError({
    code: "limit_exceeded",
    message: `Run ${root} has led to ${MAX_DESCENDANTS} other runs already; "${workflowId}" was not started. Let workflows start each other less often, or divide the work.`,
  });
}
