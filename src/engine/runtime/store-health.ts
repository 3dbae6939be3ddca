import type { Clock } from "../ports/clock.ts";
import type { KeyValueStore } from "../ports/store.ts";

/** How long an answer is used again, in milliseconds: watchers ask often, a durable write is not free. */
const FRESH_MS = 5000;

/** Says whether the store takes writes: one that can still be read may stand on a full disk. */
export class StoreCheck {
  readonly #options: {
    readonly store: { readonly kv: Pick<KeyValueStore, "set"> };
    readonly clock: Clock;
  };
  #last: { readonly at: number; readonly outcome: Promise<void> } | null = null;

  constructor(options: {
    readonly store: { readonly kv: Pick<KeyValueStore, "set"> };
    readonly clock: Clock;
  }) {
    this.#options = options;
  }

  /** Those who ask within five seconds share one write and its outcome. @throws {AppError} `store_unavailable`. */
  assertWritable(): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    if (this.#last === null || Math.abs(now - this.#last.at) >= FRESH_MS)
      this.#last = { at: now, outcome: store.kv.set("store-check", now) };
    return this.#last.outcome;
  }
}
