import { type AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { hashJson, isJsonObject, type Json, readNumber, readOwn } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { parametersOf, sqlTokens } from "../../shared/sql/sql-tokens.ts";
import type { Executions } from "../executions/executions.ts";
import { executionIdFor } from "../model/execution-id.ts";
import { ROW_MARKS } from "../model/row-marks.ts";
import type { Clock } from "../ports/clock.ts";
import { NO_FILES } from "../ports/files.ts";
import type { Logger } from "../ports/logger.ts";
import type { ServiceRegistry } from "../ports/service.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import { MarkedRows } from "./rows/marked-rows.ts";
import { RowWakeUps } from "./rows/row-wake-ups.ts";
import { SeenRows } from "./rows/seen-rows.ts";
import { type ActiveTrigger, memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";
import { DatabaseChangeConfig, markOf } from "./types/database-change.ts";

export interface DatabasePollerOptions {
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly store: Store;
  readonly clock: Clock;
  readonly services: ServiceRegistry;
  readonly maskSecrets: (value: Json) => Json;
  readonly logger: Logger;
  /** The worker of this process. */
  readonly process: string;
  /** `stalled` is emitted for a trigger that finds no rows. */
  readonly events: EngineEvents;
}

/** Rows whose transaction committed late have a time before the last look: looked for again, and recognized if known. */
const OVERLAP_MS = 60_000;
/** Longest pause after errors. */
const MAX_PAUSE_MS = 10 * 60_000;

/** Pause between a notification and the look: a burst of them is one. */
const WAKE_MS = 200;
/** After which people hear of a database that is away. */
const AWAY_MS = 10 * 60_000;

/** Where the polling of one trigger stands. */
interface Watch {
  trigger: ActiveTrigger;
  failures: number;
  /** When the failures began; `null`: there are none, or people know of them. */
  failedAt: number | null;
  /** Names of the rows that the last look found and that need no start any more. */
  started: Set<string>;
  /** The same for rows that are found by a mark. */
  readonly seen: SeenRows;
  /** The database notifies it of new rows. */
  readonly wakeUps: RowWakeUps;
  isPolled: boolean;
  cancelTimer: () => void;
}

/**
 * Looks into databases for rows, and starts a run for each. Without a mark a row is known by all of its content: the same row starts
 * once, a row that changed starts again.
 */
export class DatabasePoller {
  readonly #options: DatabasePollerOptions;
  readonly #config = memoizePerTrigger((trigger) => DatabaseChangeConfig.parse(trigger.config));
  readonly #marked: MarkedRows;
  readonly #watches = new Map<string, Watch>();
  readonly #polling = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #running = false;

  constructor(options: DatabasePollerOptions) {
    this.#options = options;
    this.#marked = new MarkedRows(options);
  }

  start(): void {
    this.#running = true;
    this.replan();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#stopping.abort();
    const watches = [...this.#watches.values()];
    for (const watch of watches) watch.cancelTimer();
    this.#watches.clear();
    await Promise.all(this.#polling);
    await Promise.all(watches.map(({ wakeUps }) => wakeUps.end()));
  }

  /** The triggers may have changed: new ones are polled now, removed ones no more. */
  replan(): void {
    if (!this.#running) return;
    const active = this.#options.triggers.of("database-change");
    const keys = new Set(active.map(keyOf));
    for (const [key, watch] of this.#watches) {
      if (keys.has(key)) continue;
      this.#forget(watch);
      this.#watches.delete(key);
    }
    for (const trigger of active) {
      const known = this.#watches.get(keyOf(trigger));
      if (known?.trigger === trigger) continue;
      if (known) this.#forget(known);
      const watch: Watch = {
        trigger,
        failures: 0,
        failedAt: null,
        started: new Set<string>(),
        seen: new SeenRows(),
        wakeUps: new RowWakeUps(this.#options, trigger, () => this.#wake(watch)),
        isPolled: false,
        cancelTimer: () => undefined,
      };
      this.#watches.set(keyOf(trigger), watch);
      this.#poll(watch);
    }
  }

  #forget({ cancelTimer, wakeUps }: Watch): void {
    cancelTimer();
    void wakeUps.end();
  }

  /** The database says that there are new rows. After errors it has time until the next look. */
  #wake(watch: Watch): void {
    const isCurrent = this.#watches.get(keyOf(watch.trigger)) === watch;
    if (!this.#running || !isCurrent || watch.isPolled || watch.failures > 0) return;
    watch.cancelTimer();
    watch.cancelTimer = this.#options.clock.after(WAKE_MS, () => this.#poll(watch));
  }

  #poll(watch: Watch): void {
    watch.isPolled = true;
    const polling = this.#pollOnce(watch).finally(() => {
      this.#polling.delete(polling);
      watch.isPolled = false;
      const isCurrent = this.#watches.get(keyOf(watch.trigger)) === watch;
      if (!this.#running || !isCurrent) return;
      const { pollIntervalMs } = this.#config(watch.trigger);
      const pause = Math.min(pollIntervalMs * 2 ** watch.failures, MAX_PAUSE_MS);
      const isWoken = watch.failures === 0 && watch.wakeUps.isDue;
      const delayMs = isWoken ? WAKE_MS : Math.max(pause, pollIntervalMs);
      watch.cancelTimer = this.#options.clock.after(delayMs, () => this.#poll(watch));
    });
    this.#polling.add(polling);
  }

  async #pollOnce(watch: Watch): Promise<void> {
    const { logger } = this.#options;
    const { workflowId, id } = watch.trigger;
    try {
      await watch.wakeUps.begin(this.#config(watch.trigger));
      const isMarked = await this.#readMarked(watch);
      if (!isMarked) await this.#readRows(watch);
      if (watch.failures > 0)
        logger.info({ workflowId, trigger: id }, "the database answers again");
      watch.failures = 0;
      watch.failedAt = null;
    } catch (error) {
      if (!this.#running) return;
      this.#tellOf(watch, asAppError(error));
      // Logged once: a database that is away for hours must not fill the log.
      if (watch.failures === 0) {
        logger.warn(
          { workflowId, trigger: id, error: asAppError(error).message },
          "a database could not be asked for changes; trying again, ever more rarely",
        );
      }
      watch.failures = Math.min(watch.failures + 1, 20);
    }
  }

  /** Of what does not pass by itself, people hear at once; of a database that is away only when it stays so. */
  #tellOf(watch: Watch, { code, retryable, message }: AppError): void {
    const { clock, events } = this.#options;
    const now = clock.now();
    if (watch.failures === 0) watch.failedAt = now;
    const isLong = watch.failedAt !== null && now - watch.failedAt >= AWAY_MS;
    if (watch.failedAt === null || code === "store_unavailable" || (retryable && !isLong)) return;
    watch.failedAt = null;
    const { workflowId, id: triggerId } = watch.trigger;
    events.emit("stalled", { workflowId, triggerId, lacks: "rows", reason: message });
  }

  /** @returns whether the trigger has a mark. */
  async #readMarked({ trigger, seen }: Watch): Promise<boolean> {
    const config = this.#config(trigger);
    const mark = markOf(config);
    if (mark === null) return false;
    const look = {
      trigger,
      config,
      mark,
      key: keyOf(trigger),
      seen,
      signal: this.#stopping.signal,
    };
    const isWatched = () => this.#watches.get(keyOf(trigger))?.trigger === trigger;
    for (let isMore = true; isMore && isWatched(); ) isMore = await this.#marked.look(look);
    return true;
  }

  /** All runs are begun before the mark moves on: what a crash leaves out is found again. */
  async #readRows(watch: Watch): Promise<void> {
    const { store, clock } = this.#options;
    const { trigger } = watch;
    const key = keyOf(trigger);
    const now = clock.now();
    const query = this.#hashOf(trigger);
    const before = progressOf(await store.kv.get(key));
    const since = before === null ? now : sinceOf(before, query);
    const rows = new Map((await this.#query(trigger, since)).map((row) => [nameOf(row), row]));
    // Of what was there before the first look nothing is new, whatever clock its times are by.
    const old = new Set(before?.known ?? rows.keys()).intersection(rows);
    const begun = new Set<string>();
    for (const [name, row] of rows) {
      const isDone = watch.started.has(name) || old.has(name);
      if (isDone || (await this.#start(trigger, row))) begun.add(name);
    }
    watch.started = begun;
    await store.kv.set(key, { at: now, from: before?.from ?? now, known: [...old], query });
  }

  /** Of what decides which rows are found. */
  #hashOf(trigger: ActiveTrigger): string {
    const { connection, query = "", timezone } = this.#config(trigger);
    return hashJson(omitUndefined({ connection, query, timezone }));
  }

  async #query(trigger: ActiveTrigger, since: number): Promise<readonly Json[]> {
    const { connection, query = "", timezone = null } = this.#config(trigger);
    const action = this.#options.services.get("database")?.actions["query"];
    if (!action) throw new Error("There is no database service.");
    const time = new Date(since).toISOString();
    const result = await action.execute(
      {
        query,
        ...(parametersOf(sqlTokens(query)).has("$1") && { values: [time] }),
        ...omitUndefined({ connection }),
      },
      {
        idempotencyKey: `${keyOf(trigger)}:${time}`,
        executionId: "",
        workflowId: trigger.workflowId,
        stepId: trigger.id,
        startedAt: since,
        attempt: 1,
        newSince: { at: time, timezone },
        files: NO_FILES,
        signal: this.#stopping.signal,
      },
    );
    const rows = readOwn(this.#options.maskSecrets(result), "rows");
    return Array.isArray(rows) ? rows.filter((row: Json) => isJsonObject(row)) : [];
  }

  /** @returns whether the run is begun, now or before. */
  async #start({ workflowId, id }: ActiveTrigger, row: Json): Promise<boolean> {
    try {
      await this.#options.executions.start({
        workflowId,
        executionId: executionIdFor(workflowId, `database-change:${id}:${hashJson(row)}`),
        variables: { changeRecord: row },
        variableForm: "json",
        trigger: { type: "database-change", id },
      });
      return true;
    } catch (error) {
      if (isAppError(error, "store_unavailable")) throw error;
      this.#options.logger.warn(
        { workflowId, trigger: id, error: asAppError(error).message },
        "a row was found, but the workflow could not be started",
      );
      return false;
    }
  }
}

/** How far a trigger has come, as it is stored. */
interface Progress {
  /** Time of the last look. */
  readonly at: number;
  /** Time of the first look; 0 where an older version stored none. */
  readonly from: number;
  /** Names of the rows that were there at the first look, as long as they are found. */
  readonly known: readonly string[];
  /** Which query it was, as a hash; `null` where an older version stored none. */
  readonly query: string | null;
}

function progressOf(stored: Json): Progress | null {
  const at = readNumber(stored, "at");
  if (at === null) return null;
  const known = readOwn(stored, "known");
  const query = readOwn(stored, "query");
  return {
    at,
    from: readNumber(stored, "from") ?? 0,
    known: Array.isArray(known) ? known.filter((name) => typeof name === "string") : [],
    query: typeof query === "string" ? query : null,
  };
}

/** Rows of another query have other columns, by which none of those before the last look would be known. */
function sinceOf({ at, from, query }: Progress, now: string): number {
  const isSame = query === null || query === now;
  return isSame ? Math.max(at - OVERLAP_MS, from) : at;
}

/** By which a row is known: all of its content. */
function nameOf(row: Json): string {
  return hashJson(row).slice(0, 32);
}

function keyOf({ workflowId, id }: ActiveTrigger): string {
  return `${ROW_MARKS}${workflowId}:${id}`;
}
