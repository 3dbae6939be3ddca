import type { QueueStats } from "../api/costs.ts";
import type { Clock } from "../ports/clock.ts";
import type { KeyValueStore, Store } from "../ports/store.ts";

/** How long an answer is used again, in milliseconds: probes come often, and a durable write costs something. */
const FRESH_MS = 5000;

export interface StoreHealthOptions {
  readonly store: { readonly kv: Pick<KeyValueStore, "set"> };
  readonly clock: Clock;
}

/** Checks whether the store takes writes: one that can still be read may stand on a full disk. */
export class StoreHealth {
  readonly #options: StoreHealthOptions;
  #last: { readonly at: number; readonly outcome: Promise<void> } | null = null;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  /** Calls within five seconds share one write and its outcome. @throws {AppError} `store_unavailable`. */
  assertWritable(): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    if (this.#last === null || Math.abs(now - this.#last.at) >= FRESH_MS)
      this.#last = { at: now, outcome: store.kv.set("store-check", now) };
    return this.#last.outcome;
  }
}

/** Execution records that are read of each status. */
const MAX_RECORDS = 1000;

/** How much work waits in the store, and how late it is. */
export async function readQueueStats(
  store: Pick<Store, "executions" | "leases">,
  clock: Clock,
): Promise<QueueStats> {
  const list = (status: "queued" | "waiting" | "running") =>
    store.executions.list({ status, limit: MAX_RECORDS });
  const [queued, waiting, running, due] = await Promise.all([
    list("queued"),
    list("waiting"),
    list("running"),
    store.leases.nextDue(clock.now()),
  ]);
  const open = [...waiting.records, ...running.records];
  return {
    queued: queued.records.length,
    openRequests: open.reduce((sum, { openRequests }) => sum + openRequests.length, 0),
    lagMs: due === null ? 0 : Math.max(clock.now() - due, 0),
  };
}
