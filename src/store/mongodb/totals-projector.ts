import type { AnyBulkWriteOperation } from "mongodb";
import { addTotals, NOTHING, type Totals, type TotalsDelta } from "../../engine/model/totals.ts";
import type { AuditRecord, AuditStore } from "../../engine/ports/audit.ts";
import {
  type HeadDocument,
  SCHEMA_VERSION,
  type TotalsBatchDocument,
  type TotalsDocument,
} from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";
import { commitIds } from "./log.ts";
import { readJson, toDate } from "./values.ts";

/** Executions in one batch. */
const MAX_EXECUTIONS = 100;
/** Commits in one batch: they are read by their ids. */
const MAX_COMMITS = 2000;
/**
 * How long totals may lag behind the log: bounds how often the busiest documents of the database
 * are written.
 */
const LAG_MS = 1000;
/** How often a process polls for what another one left when it died. */
const SWEEP_MS = 30_000;
/** How long a batch is kept after the next one began. */
const KEPT_MS = 7 * 24 * 3_600_000;
/**
 * A process that stood still for so long may have missed the end of a batch's memory; far below
 * {@link KEPT_MS}.
 */
const MAX_STANDSTILL_MS = 60_000;
/** Rounds in which a reader tries to be up to date before it takes what there is. */
const MAX_ROUNDS = 20;

type Batch = Pick<TotalsBatchDocument, "executions"> & { readonly deltas: readonly TotalsDelta[] };

/** What is to be counted, and recorded before it counts as done. */
type Collected = Batch & { readonly audit: readonly AuditRecord[] };

/**
 * Adds what the logs say to the running totals and to the audit, each commit exactly once, without a transaction,
 * and whichever process dies on the way.
 *
 * Batches are numbered. Inserting number n is the fence: of several processes one succeeds, and
 * none begins n+1 before n is done. A batch holds the sums it adds. Each sum is added only where
 * the last batch is below n, so that doing a batch again, in part or late, adds nothing twice. Then
 * the executions are marked with the revision up to which they are counted, then the batch as done.
 */
export class TotalsProjector {
  readonly #connection: Connection;
  readonly #append: AuditStore["append"];
  #timer: NodeJS.Timeout | null = null;
  readonly #sweep: NodeJS.Timeout;
  /**
   * Something was committed here that may not be counted yet; at first, by a process that died
   * before it counted.
   */
  #isBehind = true;
  #running: Promise<boolean> | null = null;
  #closed = false;

  /** @param append - records what executions did. */
  constructor(connection: Connection, append: AuditStore["append"]) {
    this.#connection = connection;
    this.#append = append;
    this.#sweep = setInterval(() => this.#schedule(0), SWEEP_MS);
    this.#sweep.unref();
  }

  /** Says that heads were written, whose logs may hold totals. */
  noteWritten(): void {
    this.#isBehind = true;
    this.#schedule(LAG_MS);
  }

  /** Counts what was written here before. @throws {AppError} `store_unavailable`. */
  async catchUp(): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (!this.#isBehind) return;
      await this.#runOnce();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  #schedule(delayMs: number): void {
    if (this.#closed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#runOnce().then(
        (more) => more && this.#schedule(0),
        // The database is away: what is not counted stays marked and is found later.
        () => this.#schedule(LAG_MS),
      );
    }, delayMs);
    this.#timer.unref();
  }

  /** @returns whether there may be more to count. */
  async #runOnce(): Promise<boolean> {
    this.#running ??= this.#project().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #project(): Promise<boolean> {
    const { totalsBatches } = this.#connection.collections;
    const startedAt = Date.now();
    this.#isBehind = false;
    try {
      const [last] = await this.#connection.ask(() =>
        totalsBatches.find().sort({ _id: -1 }).limit(1).toArray(),
      );
      // Read after the last batch, so that its marks are seen: else one commit could be in two
      // batches.
      if (last && !last.isDone) await this.#apply(last._id, parse(last));
      const batch = await this.#collect();
      if (batch === null) return false;
      if (Date.now() - startedAt > MAX_STANDSTILL_MS) throw new Error("stood still");
      // Records have ids of their own: adding them twice adds nothing, so they need no fence.
      await this.#append(batch.audit);
      const number = (last?._id ?? 0) + 1;
      const isOurs = batch.deltas.length === 0 || (await this.#begin(number, batch));
      // Another process counts: what is left is read after that.
      if (!isOurs) return (this.#isBehind = true);
      if (batch.deltas.length > 0) await this.#apply(number, batch);
      else await this.#markCounted(batch);
      this.#isBehind = true;
      return true;
    } catch (error) {
      this.#isBehind = true;
      throw error;
    }
  }

  /** What the logs of some marked executions say beyond what is counted; `null`: none is marked. */
  async #collect(): Promise<Collected | null> {
    const { heads, log } = this.#connection.collections;
    const marked = await this.#connection.ask(() =>
      heads
        .find(toBeCounted(), { projection: { rev: 1, totalsRev: 1 } })
        .limit(MAX_EXECUTIONS)
        .toArray(),
    );
    if (marked.length === 0) return null;
    const { executions, ids } = uncounted(marked);
    const rows = await this.#connection.ask(() =>
      log.find(commitsWithIds(executions, ids), { projection: { totals: 1, audit: 1 } }).toArray(),
    );
    const deltas = rows.flatMap(({ totals }) =>
      totals === undefined ? [] : readJson<readonly TotalsDelta[]>(totals),
    );
    const audit = rows.flatMap(({ audit: text }) =>
      text === undefined ? [] : readJson<readonly AuditRecord[]>(text),
    );
    return { executions, deltas: sumByKey(deltas), audit };
  }

  async #begin(number: number, { executions, deltas }: Batch): Promise<boolean> {
    const { totalsBatches } = this.#connection.collections;
    try {
      await totalsBatches.insertOne({
        _id: number,
        schemaVersion: SCHEMA_VERSION,
        executions,
        deltas: JSON.stringify(deltas),
        isDone: false,
      });
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      // Perhaps it is there: then the next round, here or elsewhere, does it.
      throw error;
    }
    await this.#connection.ask(() =>
      totalsBatches.updateOne(
        { _id: number - 1 },
        { $set: { expiresAt: new Date(Date.now() + KEPT_MS) } },
      ),
    );
    return true;
  }

  async #apply(number: number, batch: Batch): Promise<void> {
    const { totals, totalsBatches } = this.#connection.collections;
    const additions = batch.deltas.map((delta) => toAddition(number, delta));
    await this.#connection.ask(async () => {
      try {
        await totals.bulkWrite(additions, { ordered: false });
      } catch (error) {
        // The guard found nothing to update and the id is there: added before.
        if (!isDuplicateKey(error)) throw error;
      }
    });
    await this.#markCounted(batch);
    await this.#connection.ask(() =>
      totalsBatches.updateOne({ _id: number }, { $set: { isDone: true } }),
    );
  }

  async #markCounted({ executions }: Batch): Promise<void> {
    const { heads } = this.#connection.collections;
    // In order of id, as heads are written elsewhere, too: no two writers wait for each other.
    const sorted = [...executions].sort((a, b) => (a.id < b.id ? -1 : 1));
    const marks = sorted.flatMap(({ id, rev }): AnyBulkWriteOperation<HeadDocument>[] => [
      { updateOne: { filter: { _id: id }, update: { $max: { totalsRev: rev } } } },
      // A head that went on meanwhile stays marked.
      {
        updateOne: {
          filter: { _id: id, rev: { $lte: rev } },
          update: { $unset: { totalsPending: "" } },
        },
      },
    ]);
    await this.#connection.ask(() => heads.bulkWrite(marks, { ordered: false }));
  }
}

/** Executions whose logs may hold what is not counted. */
function toBeCounted() {
  return { totalsPending: { $exists: true, $eq: true } } as const;
}

/**
 * The commits that are not counted, up to where the heads stand: the process that brings a head up
 * to its log marks it again.
 *
 * @returns up to which revision each execution is counted with them; some may have more.
 */
function uncounted(marked: readonly Pick<HeadDocument, "_id" | "rev" | "totalsRev">[]): {
  readonly executions: Batch["executions"];
  readonly ids: readonly string[];
} {
  const ids: string[] = [];
  const executions = marked.map(({ _id, rev, totalsRev = 0 }) => {
    const last = Math.min(rev, totalsRev + MAX_COMMITS - ids.length);
    ids.push(...commitIds(_id, totalsRev, last));
    return { id: _id, rev: Math.max(last, totalsRev) };
  });
  return { executions, ids };
}

/**
 * By their ids, which every server finds by the index; the executions say on which shards they are.
 */
function commitsWithIds(executions: Batch["executions"], ids: readonly string[]) {
  return { execution: { $in: executions.map(({ id }) => id) }, _id: { $in: [...ids] } };
}

function parse({ executions, deltas }: TotalsBatchDocument): Batch {
  return { executions, deltas: readJson(deltas) };
}

/** Id of one sum. */
export function totalsId({ dimension, workflowId, hour, name }: TotalsDelta): string {
  return JSON.stringify([dimension, workflowId, hour, name]);
}

function sumByKey(deltas: readonly TotalsDelta[]): readonly TotalsDelta[] {
  const sums = new Map<string, TotalsDelta>();
  for (const delta of deltas) {
    const key = totalsId(delta);
    const known = sums.get(key);
    sums.set(key, known ? { ...known, ...addTotals(known, delta) } : delta);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

function countsOf(delta: Totals): Totals {
  return addTotals(NOTHING, delta);
}

function toAddition(number: number, delta: TotalsDelta): AnyBulkWriteOperation<TotalsDocument> {
  const { dimension, workflowId, hour, name } = delta;
  return {
    updateOne: {
      filter: { _id: totalsId(delta), lastBatch: { $lt: number } },
      update: {
        $inc: { ...countsOf(delta) },
        $set: { lastBatch: number },
        $setOnInsert: {
          schemaVersion: SCHEMA_VERSION,
          workflow: workflowId,
          hour: toDate(hour),
          dimension,
          name,
        },
      },
      upsert: true,
    },
  };
}
