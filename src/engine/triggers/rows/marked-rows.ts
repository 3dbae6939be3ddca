import { AppError, asAppError, isAppError } from "../../../shared/errors.ts";
import { hashJson, isJsonObject, type Json, toJson } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import type { Executions } from "../../executions/executions.ts";
import { executionIdFor } from "../../model/execution-id.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { PlacedRow, RowQuestion, RowRange, RowSource } from "../../ports/row-source.ts";
import type { ServiceRegistry } from "../../ports/service.ts";
import type { Store } from "../../ports/store.ts";
import type { ActiveTrigger } from "../trigger-registry.ts";
import { type DatabaseChangeConfig, type MarkConfig, originOf } from "../types/database-change.ts";
import {
  firstProgress,
  isCoarse,
  lateRange,
  type RowProgress,
  readProgress,
  rowName,
  settle,
} from "./row-progress.ts";
import type { SeenRows } from "./seen-rows.ts";

export interface MarkedRowsOptions {
  readonly executions: Pick<Executions, "start">;
  readonly store: Pick<Store, "kv" | "dedupe">;
  readonly clock: Clock;
  readonly services: ServiceRegistry;
  readonly maskSecrets: (value: Json) => Json;
  readonly logger: Logger;
  /** The worker of this process. */
  readonly process: string;
}

/** One trigger, as it is polled. */
export interface MarkedLook {
  readonly trigger: ActiveTrigger;
  readonly config: DatabaseChangeConfig;
  readonly mark: MarkConfig;
  /** Under which its progress is stored. */
  readonly key: string;
  readonly seen: SeenRows;
  readonly signal: AbortSignal;
}

/** Rows that are read at once. */
const BATCH = 500;
/** Batches between two readings of what may have come late. */
const BATCHES = 20;
/** Rows that are read again at each look; more are read again only when they can be settled by it. */
const MAX_LATE = 10_000;
/** Rows of one day that were there at the first look. */
const MAX_OLD = 10_000;
/** Runs that are begun at once. */
const AT_ONCE = 20;
/** How long a process may take for the first look before another one begins anew. */
const FIRST_LOOK_MS = 5 * 60_000;

/**
 * Finds the new rows of a query in the order of a mark and begins a run for each. Its place is stored only after the runs are begun,
 * and a row has one run by its mark and key, so a crash and another process neither lose nor double one.
 */
export class MarkedRows {
  readonly #options: MarkedRowsOptions;

  constructor(options: MarkedRowsOptions) {
    this.#options = options;
  }

  /**
   * Reads what is new, up to some thousand rows.
   *
   * @returns whether there is more to read now.
   * @throws {AppError} of the database, of the store; `params_invalid`: rows have no order, or one place.
   */
  async look(look: MarkedLook): Promise<boolean> {
    const { store } = this.#options;
    const source = sourceOf(look);
    const stored = readProgress(await store.kv.get(look.key), source);
    if (stored === null) {
      await this.#begin(look, source);
      return false;
    }
    const isDue = await this.#isDue(look, stored);
    await this.#readLate(look, stored, isDue);
    const { progress, isEnd } = await this.#readNew(look, stored);
    const settled = isDue ? settle({ ...progress, next: stored.next }) : progress;
    if (isDue) look.seen.settle();
    const planned = await this.#plan(look, settled);
    if (planned !== progress) await this.#save(look, planned);
    return !isEnd;
  }

  /** Of what is there before, nothing is new. One process finds out what that is: what comes meanwhile is new for the others. */
  async #begin(look: MarkedLook, source: string): Promise<void> {
    const { store, clock, process } = this.#options;
    const at = clock.now();
    const own = `${process}:${at}`;
    const claim = `${look.key}:${source}`;
    if ((await store.dedupe.claim(claim, own, at, at + FIRST_LOOK_MS)) !== own) return;
    if (readProgress(await store.kv.get(look.key), source) !== null) return;
    look.seen.clear();
    const rows = await this.#within(async (count) =>
      this.#source().last(questionOf(look), count, look.signal),
    );
    const first = firstProgress({ at, source }, rows);
    await this.#save(look, await this.#withDay(look, first));
  }

  /** Of a mark that names a day, every row of it is read again: those that were there have to be known. */
  async #withDay(look: MarkedLook, first: RowProgress): Promise<RowProgress> {
    const { last, old } = first;
    if (last === null || old === null || !isCoarse(last)) return first;
    const names = new Set(old.names);
    let range: Omit<RowRange, "count"> | null = { after: last, isInclusive: true, upTo: last };
    while (range !== null) {
      const { rows, isAll } = await this.#read(look, range);
      for (const { place } of rows) names.add(rowName(place));
      if (names.size > MAX_OLD) throw tooCoarse(look.mark.mark);
      const place = rows.at(-1)?.place;
      range = isAll || !place ? null : { after: place, isInclusive: false, upTo: last };
    }
    return { ...first, old: { ...old, names: [...names] } };
  }

  /** May what is next be settled by the look that begins now? */
  async #isDue({ mark, ...look }: MarkedLook, { next }: RowProgress): Promise<boolean> {
    if (next === null) return false;
    const waited = this.#options.clock.now() - next.at;
    // A clock that was set back must not keep it waiting for long.
    if (waited >= 0 && waited < mark.overlapMs) return false;
    if (next.work === null) return true;
    return this.#source().isOver(questionOf({ mark, ...look }), next.work, look.signal);
  }

  async #readLate(look: MarkedLook, progress: RowProgress, isDue: boolean): Promise<void> {
    let range = lateRange(progress);
    if (range === null || (look.seen.late > MAX_LATE && !isDue)) return;
    const old = new Set(progress.old?.names);
    look.seen.late = 0;
    while (range !== null) {
      const { rows, isAll } = await this.#read(look, range);
      await this.#startAll(
        look,
        rows.filter(({ place }) => !old.has(rowName(place))),
      );
      look.seen.late += rows.length;
      const after = rows.at(-1)?.place;
      range = isAll || !after ? null : { ...range, after, isInclusive: false };
    }
  }

  async #readNew(
    look: MarkedLook,
    before: RowProgress,
  ): Promise<{ progress: RowProgress; isEnd: boolean }> {
    let progress = before;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const range = { after: progress.last, isInclusive: false, upTo: null };
      const { rows, isAll } = await this.#read(look, range);
      await this.#startAll(look, rows);
      const last = rows.at(-1)?.place;
      if (last) {
        progress = { ...progress, at: this.#options.clock.now(), last };
        await this.#save(look, progress);
      }
      if (isAll) return { progress, isEnd: true };
    }
    return { progress, isEnd: false };
  }

  /** What was found up to now is settled when nothing of it can come late any more. */
  async #plan(look: MarkedLook, progress: RowProgress): Promise<RowProgress> {
    const { last, settled, next, isInclusive } = progress;
    if (next !== null || last === null) return progress;
    const isSame = settled !== null && rowName(settled) === rowName(last);
    if (isSame && isInclusive === isCoarse(last)) return progress;
    const work = await this.#source().openWork(questionOf(look), look.signal);
    const at = this.#options.clock.now();
    look.seen.mark();
    return { ...progress, at, next: { place: last, at, work } };
  }

  async #read(look: MarkedLook, range: Omit<RowRange, "count">): Promise<Batch> {
    return this.#within((count) =>
      this.#source().read(questionOf(look), { ...range, count }, look.signal),
    );
  }

  /** Reads a batch; a smaller one where so many rows are too large together. */
  async #within(read: (count: number) => Promise<readonly PlacedRow[]>): Promise<Batch> {
    for (let count = BATCH; ; count = Math.ceil(count / 4)) {
      try {
        const rows = await read(count);
        return { rows, isAll: rows.length < count };
      } catch (error) {
        if (count === 1 || !isAppError(error, "limit_exceeded")) throw error;
      }
    }
  }

  async #startAll(look: MarkedLook, rows: readonly PlacedRow[]): Promise<void> {
    const fresh = rows.filter(({ place }) => !look.seen.has(place));
    let failed = 0;
    let reason = "";
    for (let at = 0; at < fresh.length; at += AT_ONCE) {
      look.signal.throwIfAborted();
      const results = await Promise.all(
        fresh.slice(at, at + AT_ONCE).map((row) => this.#start(look, row)),
      );
      for (const problem of results) {
        if (problem === null) continue;
        failed += 1;
        reason = problem;
      }
    }
    if (failed === 0) return;
    const { workflowId, id } = look.trigger;
    this.#options.logger.warn(
      { workflowId, trigger: id, rows: failed, error: reason },
      "rows were found, but the workflow could not be started for them",
    );
  }

  /** @returns why no run can be begun for the row, now or later; `null`: it is begun, now or before. @throws {AppError} what passes. */
  async #start(look: MarkedLook, { row, place }: PlacedRow): Promise<string | null> {
    const { workflowId, id } = look.trigger;
    const masked = this.#options.maskSecrets(row);
    try {
      await this.#options.executions.start({
        workflowId,
        executionId: executionIdFor(
          workflowId,
          `database-change:${id}:${hashJson([sourceOf(look), ...place.values])}`,
        ),
        variables: { changeRecord: isJsonObject(masked) ? masked : {} },
        variableForm: "json",
        trigger: { type: "database-change", id },
      });
      look.seen.add(place);
      return null;
    } catch (error) {
      const { retryable, message } = asAppError(error);
      if (retryable || !isAppError(error)) throw error;
      look.seen.add(place);
      return message;
    }
  }

  async #save({ key }: MarkedLook, progress: RowProgress): Promise<void> {
    await this.#options.store.kv.set(key, toJson(progress));
  }

  #source(): RowSource {
    const source = this.#options.services.get("database")?.rows;
    if (!source) throw new Error("There is no database service.");
    return source;
  }
}

interface Batch {
  readonly rows: readonly PlacedRow[];
  /** There are no others in the range. */
  readonly isAll: boolean;
}

/** Places mean the same as long as it is the same: another query has other columns besides. */
function sourceOf({ config, mark }: Pick<MarkedLook, "config" | "mark">): string {
  const { connection = "default", collection } = config;
  return hashJson({
    connection,
    ...omitUndefined({ collection }),
    mark: mark.mark,
    key: [...mark.key],
  }).slice(0, 24);
}

function questionOf({ config, mark }: Pick<MarkedLook, "config" | "mark">): RowQuestion {
  const { connection, timezone = null } = config;
  const { mark: column, key, overlapMs } = mark;
  return {
    source: originOf(config),
    mark: column,
    key,
    timezone,
    aheadMs: overlapMs,
    ...omitUndefined({ connection }),
  };
}

function tooCoarse(mark: string): AppError {
  return new AppError({
    code: "params_invalid",
    message: `More than ${MAX_OLD} rows share the last day in the column "${mark}". Name a column as "mark" that tells more than the day.`,
  });
}
