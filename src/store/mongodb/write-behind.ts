import type { AnyBulkWriteOperation } from "mongodb";
import type { ExecutionRecord } from "../../engine/ports/executions.ts";
import type { HeadDocument } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { toHeadUpdate } from "./head-document.ts";

/**
 * How long the head of a running execution may lag behind its log. What waits or is over is written
 * at once.
 */
const RUNNING_LAG_MS = 300;
/** Pause after the database failed. */
const RETRY_MS = 1000;
/** Heads in one command. */
const MAX_HEADS = 500;

interface PendingHead {
  readonly rev: number;
  readonly update: ReturnType<typeof toHeadUpdate>;
}

/**
 * What follows from commits and is written after them: heads and settled signals. Of several heads
 * of one execution only the newest is written; many executions share a command; what fails is tried
 * again until it succeeds. What a crash takes with it, the next owner of the execution derives from
 * the log.
 */
export class WriteBehind {
  readonly #connection: Connection;
  readonly #written: () => void;
  #heads = new Map<string, PendingHead>();
  #settled = new Set<string>();
  /** Being written at this moment. */
  #headsUnderWay: ReadonlyMap<string, PendingHead> = new Map();
  #settledUnderWay: ReadonlySet<string> = new Set();
  #flushing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Number.POSITIVE_INFINITY;
  #closed = false;

  /** @param written - called after heads were written. */
  constructor(connection: Connection, written: () => void) {
    this.#connection = connection;
    this.#written = written;
  }

  /** Takes a head to be written soon. Taken as it is now. */
  putRecord(head: ExecutionRecord): void {
    const { executionId, rev, owner } = head;
    const known = this.#heads.get(executionId);
    if (known && known.rev > rev) return;
    this.#heads.set(executionId, { rev, update: toHeadUpdate(head) });
    this.#schedule(owner === null ? 0 : RUNNING_LAG_MS);
  }

  /** Takes signals to be marked as settled soon. */
  putSettled(ids: readonly string[]): void {
    for (const id of ids) this.#settled.add(id);
    if (ids.length > 0) this.#schedule(RUNNING_LAG_MS);
  }

  /** Has this signal been settled here, whatever the database still says? */
  isSettled(id: string): boolean {
    return this.#settled.has(id) || this.#settledUnderWay.has(id);
  }

  /** Is something waiting to be written, of one execution or of any? */
  isPending(executionId?: string): boolean {
    if (executionId === undefined) return this.#heads.size > 0 || this.#headsUnderWay.size > 0;
    return this.#heads.has(executionId) || this.#headsUnderWay.has(executionId);
  }

  /**
   * Writes what was taken so far. @throws {AppError} `store_unavailable`: it stays to be written
   * later.
   */
  async flush(): Promise<void> {
    // What is under way may not hold what was just taken.
    if (this.#flushing) await this.#flushing.catch(() => undefined);
    if (this.#flushing) return this.#flushing;
    this.#flushing = this.#write().finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  /** Writes what is left, if the database takes it, and begins nothing any more. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.flush().catch(() => undefined);
  }

  #schedule(delayMs: number): void {
    const at = performance.now() + delayMs;
    if (this.#closed || at >= this.#timerAt) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#timerAt = Number.POSITIVE_INFINITY;
      // What failed is scheduled again by itself.
      this.flush().catch(() => undefined);
    }, delayMs);
  }

  async #write(): Promise<void> {
    while (this.#heads.size > 0 || this.#settled.size > 0) {
      this.#headsUnderWay = new Map([...this.#heads].slice(0, MAX_HEADS));
      for (const id of this.#headsUnderWay.keys()) this.#heads.delete(id);
      this.#settledUnderWay = this.#settled;
      this.#settled = new Set();
      try {
        // Heads first: a signal that counts as settled while the head still waits for it would be lost in a crash.
        await this.#writeHeads();
        await this.#writeSettled();
      } catch (error) {
        this.#retryLater();
        throw error;
      }
      if (this.#headsUnderWay.size > 0) this.#written();
      this.#headsUnderWay = new Map();
      this.#settledUnderWay = new Set();
    }
  }

  #retryLater(): void {
    for (const [id, head] of this.#headsUnderWay) {
      const newer = this.#heads.get(id);
      if (!newer || newer.rev < head.rev) this.#heads.set(id, head);
    }
    for (const id of this.#settledUnderWay) this.#settled.add(id);
    this.#headsUnderWay = new Map();
    this.#settledUnderWay = new Set();
    this.#schedule(RETRY_MS);
  }

  async #writeHeads(): Promise<void> {
    // In order of id, as everybody writes many heads: servers that lock rows must not find two
    // writers waiting for each other.
    const sorted = [...this.#headsUnderWay].sort(([a], [b]) => (a < b ? -1 : 1));
    const operations = sorted.map(
      ([id, { rev, update }]): AnyBulkWriteOperation<HeadDocument> => ({
        updateOne: { filter: { _id: id, rev: { $lte: rev } }, update },
      }),
    );
    if (operations.length === 0) return;
    const { heads } = this.#connection.collections;
    await this.#connection.ask(() => heads.bulkWrite(operations, { ordered: false }));
  }

  async #writeSettled(): Promise<void> {
    const ids = [...this.#settledUnderWay];
    if (ids.length === 0) return;
    const { inbox } = this.#connection.collections;
    await this.#connection.ask(() =>
      inbox.updateMany({ _id: { $in: ids } }, { $unset: { pendingAt: "" } }),
    );
  }
}
