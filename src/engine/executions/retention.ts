import { asAppError, isAppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import type { Retention as RetentionView } from "../api/data.ts";
import { type Clock, pause } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { Workflows } from "../workflows/workflows.ts";
import type { Families } from "./families.ts";
import { pagesOf } from "./removal-jobs.ts";

export interface RetentionOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workflows: Pick<Workflows, "get">;
  readonly families: Pick<Families, "remove">;
  /** The worker of this process. */
  readonly process: string;
  /** Milliseconds after their end that runs are kept whose workflow says nothing; absent: for ever. */
  readonly defaultMs?: number;
  /** Called for each workflow of which runs were removed. */
  readonly onRemoved: (workflowId: string, removed: number, endedBefore: number) => Promise<void>;
}

const HOUR_MS = 3_600_000;
/** A process that is started again and again removes nothing. */
const FIRST_PASS_MS = 10 * 60_000;
const PASS_MS = HOUR_MS;
/** Of several processes one makes the passes. */
const LEASE_MS = 50 * 60_000;
const MARK = "retention";
/**
 * The moment from which the age of runs is counted moves so far with each pass at most, and begins a day after the newest run at
 * most. So a clock that jumps years ahead, for a weekend until it is noticed, removes what would have gone within the next two
 * weeks and no more; after a month away the bot has caught up within a week.
 */
const STEP_MS = 6 * HOUR_MS;
const BEGIN_MS = 24 * HOUR_MS;
const REST_FACTOR = 4;

/** Removes runs some time after their end, where a workflow or the operator says so. */
export class Retention {
  readonly #options: RetentionOptions;
  #cancelTimer: (() => void) | null = null;
  #passing: Promise<void> | null = null;
  #stop = new AbortController();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** @throws {AppError} `workflow_not_found`. */
  async of(workflowId: string): Promise<RetentionView> {
    const { workflows, defaultMs } = this.#options;
    const { definition } = await workflows.get(workflowId);
    const { retention } = definition;
    if (retention === "keep") return { keptMs: null, from: "definition" };
    if (retention !== undefined) return { keptMs: retention, from: "definition" };
    return defaultMs === undefined
      ? { keptMs: null, from: "none" }
      : { keptMs: defaultMs, from: "default" };
  }

  start(): void {
    this.#stop = new AbortController();
    this.#plan(FIRST_PASS_MS);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelTimer?.();
    await this.#passing;
  }

  #plan(delayMs: number): void {
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#passing = this.pass().finally(() => {
        if (!this.#stop.signal.aborted) this.#plan(PASS_MS);
      });
    });
  }

  /** Removes what has been kept for its time. Never rejects. */
  async pass(): Promise<void> {
    const { store, clock, process, logger } = this.#options;
    try {
      const now = clock.now();
      const holder = await store.dedupe.claim("retention", process, now, now + LEASE_MS);
      if (holder !== process) return;
      const trusted = await this.#advance(now);
      for (const { workflowId } of await store.workflows.list()) {
        const { keptMs } = await this.of(workflowId);
        if (keptMs !== null) await this.#removeOf(workflowId, trusted - keptMs);
        if (this.#stop.signal.aborted) return;
      }
    } catch (error) {
      const { message } = asAppError(error);
      logger.warn({ error: message }, "could not remove runs whose time is over; retrying later");
    }
  }

  /** @returns from when the age of runs is counted; moved on by one step at most. */
  async #advance(now: number): Promise<number> {
    const { store, logger } = this.#options;
    const before = readOwn(await store.kv.get(MARK), "at");
    const most =
      typeof before === "number" ? before + STEP_MS : (await this.#newestStart(now)) + BEGIN_MS;
    const at = Math.min(now, most);
    await store.kv.set(MARK, { at });
    if (now - at > BEGIN_MS)
      logger.info(
        { behindHours: Math.round((now - at) / HOUR_MS) },
        "the clock is far ahead of the last removal of old runs, as after an absence: they go little by little",
      );
    return at;
  }

  async #newestStart(now: number): Promise<number> {
    const { records } = await this.#options.store.executions.list({ limit: 1 });
    return records[0]?.startedAt ?? now;
  }

  async #removeOf(workflowId: string, endedBefore: number): Promise<void> {
    const { store, clock, families, logger, onRemoved } = this.#options;
    const why = { by: "engine", reason: "retention" } as const;
    let removed = 0;
    try {
      for await (const page of pagesOf(store, { workflowId, endedBefore })) {
        for (const { executionId } of page) {
          if (this.#stop.signal.aborted) return;
          const begun = clock.elapsed();
          removed += await families.remove(executionId, why, true);
          const restMs = (clock.elapsed() - begun) * REST_FACTOR;
          if (restMs > 0) await pause(clock, restMs, this.#stop.signal).catch(() => undefined);
        }
      }
    } catch (error) {
      if (!isAppError(error, "store_unavailable")) throw error;
      logger.debug({ workflowId, error: error.message }, "some runs are removed later");
    } finally {
      if (removed > 0) {
        logger.info({ workflowId, removed }, "removed runs whose time is over");
        await onRemoved(workflowId, removed, endedBefore);
      }
    }
  }
}
