import { asAppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eachPage } from "../../shared/pages.ts";
import { toExecutionRecord } from "../execution/projections/execution-record.ts";
import { isFinished } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRecord, ExecutionRecordPage } from "../ports/executions.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "./engine-events.ts";
import { Poller } from "./store-watcher.ts";

/** How often changes by other processes are looked for. */
const POLL_MS = 2000;
/** Executions under way that are read in one poll; the next poll continues there. */
const PAGE = 200;
const PAGES = 5;
/** How far clocks of processes may be apart: what was started since is read again. */
const SKEW_MS = 60_000;
/** Executions of which it is remembered what was reported; of more, a change may be reported twice. */
const MAX_KNOWN = 50_000;

type Listener = (record: ExecutionRecord) => void;

export interface RunWatchOptions {
  readonly store: Pick<Store, "executions" | "processes">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EngineEvents;
  /** Id of this process's worker. */
  readonly process: string;
}

interface Asked {
  readonly isUnderWay?: true;
  readonly startedFrom?: number;
  readonly cursor: string | undefined;
}

interface Known {
  readonly rev: number;
  readonly isOver: boolean;
  /** The round of polls in which it was last found under way. */
  readonly round: number;
}

/**
 * Reports the records of executions that changed, while anything listens: those of this process at each commit, those of others by
 * polling, as long as there are other processes.
 */
export class RunWatch {
  readonly #options: RunWatchOptions;
  readonly #listeners = new Set<Listener>();
  readonly #known = new LruMap<string, Known>(MAX_KNOWN);
  readonly #poller: Poller;
  #starting: Promise<void> | null = null;
  #unsubscribe: (() => void) | null = null;
  #cursor: string | null = null;
  #round = 0;
  #polledAt = 0;

  constructor(options: RunWatchOptions) {
    this.#options = options;
    this.#poller = new Poller({
      clock: options.clock,
      intervalMs: () => POLL_MS,
      poll: () => this.#poll(),
    });
  }

  /**
   * Reports changes from now on: when it resolves, none that comes is missed.
   *
   * @returns a function that ends it. @throws {AppError} `store_unavailable`.
   */
  async listen(listener: Listener): Promise<() => void> {
    this.#listeners.add(listener);
    const end = (): void => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
    try {
      this.#starting ??= this.#start();
      await this.#starting;
      return end;
    } catch (error) {
      end();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { events, clock } = this.#options;
    this.#unsubscribe = events.on("committed", ({ executionId, after }) => {
      if (after) this.#report(toExecutionRecord(after.state, null, null));
      else void this.#reportStored(executionId);
    });
    this.#polledAt = clock.now();
    if (await this.#isShared())
      for await (const { records } of eachPage((cursor) =>
        this.#list({ isUnderWay: true, cursor }),
      ))
        for (const record of records) this.#remember(record);
    if (this.#unsubscribe !== null) this.#poller.start();
  }

  #stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#starting = null;
    void this.#poller.stop();
    this.#known.clear();
    this.#cursor = null;
  }

  /** A start was accepted: it has a record, and no state here. */
  async #reportStored(executionId: string): Promise<void> {
    const record = await this.#options.store.executions.get(executionId).catch(() => null);
    if (record !== null) this.#report(record);
  }

  #report(record: ExecutionRecord): void {
    const known = this.#known.get(record.executionId);
    this.#remember(record);
    if (known !== undefined && known.rev >= record.rev) return;
    for (const listener of this.#listeners) listener(record);
  }

  #remember({ executionId, rev, status }: ExecutionRecord): void {
    const known = this.#known.get(executionId);
    if (known !== undefined && known.rev > rev) return;
    this.#known.set(executionId, { rev, isOver: isFinished(status), round: this.#round });
  }

  async #isShared(): Promise<boolean> {
    const { store, process } = this.#options;
    return (await store.processes.list()).some(({ id }) => id !== process);
  }

  async #poll(): Promise<void> {
    const { logger, clock } = this.#options;
    try {
      if (!(await this.#isShared())) return;
      const since = this.#polledAt - SKEW_MS;
      this.#polledAt = clock.now();
      const startedFrom = Math.max(since, 1);
      for await (const { records } of eachPage((cursor) => this.#list({ startedFrom, cursor })))
        for (const record of records) this.#report(record);
      await this.#sweep();
    } catch (error) {
      logger.warn(
        { error: asAppError(error).message },
        "changes of runs by other processes could not be looked for; retrying",
      );
    }
  }

  /** Reads the next ones under way; after the last of them, what was under way and is no more. */
  async #sweep(): Promise<void> {
    for (let page = 0; page < PAGES; page += 1) {
      const cursor = this.#cursor ?? undefined;
      const { records, nextCursor } = await this.#list({ isUnderWay: true, cursor });
      for (const record of records) this.#report(record);
      this.#cursor = nextCursor;
      if (nextCursor === null) break;
    }
    if (this.#cursor !== null) return;
    const round = this.#round;
    this.#round += 1;
    for (const [executionId, known] of this.#known.entries())
      if (!known.isOver && known.round < round) await this.#reportEnd(executionId);
  }

  #list({ cursor, ...query }: Asked): Promise<ExecutionRecordPage> {
    const page = { ...query, limit: PAGE, ...omitUndefined({ cursor }) };
    return this.#options.store.executions.list(page);
  }

  async #reportEnd(executionId: string): Promise<void> {
    const record = await this.#options.store.executions.get(executionId);
    if (record === null) this.#known.delete(executionId);
    else this.#report(record);
  }
}
