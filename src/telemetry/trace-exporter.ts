import { randomUUID } from "node:crypto";
import type { ExecutionEvent } from "../engine/model/events.ts";
import { DEAD_AFTER_MS } from "../engine/model/lease.ts";
import type { Clock } from "../engine/ports/clock.ts";
import type { ExecutionRecord } from "../engine/ports/executions.ts";
import type { Logger } from "../engine/ports/logger.ts";
import type { Store } from "../engine/ports/store.ts";
import { asAppError } from "../shared/errors.ts";
import { readNumber, readOwn } from "../shared/json.ts";
import { LruMap } from "../shared/lru-map.ts";
import type { OtlpSender } from "./otlp-sender.ts";
import type { Span } from "./span.ts";
import { isSampled, traceIdOf } from "./span-ids.ts";

/** The parts of the store that traces are made from. */
export type TraceStore = Pick<Store, "executions" | "kv" | "processes">;

export interface TraceExporterOptions {
  readonly store: TraceStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sender: OtlpSender;
  /** Reads the spans of an execution from its log. */
  readonly readSpans: (record: ExecutionRecord) => Promise<readonly Span[]>;
  /** Which part of the executions is exported, 0 to 1. */
  readonly ratio: number;
  /** As the engine names this process. */
  readonly processName: string;
  readonly counts: TraceCounts;
}

/** Counts what becomes of spans, for metrics. */
export interface TraceCounts {
  sent(spans: number): void;
  failed(): void;
  dropped(executions: number): void;
  waiting(executions: number): void;
}

/** Executions that are remembered until their spans are sent; of further ones it is known from when on they ended. */
const MAX_QUEUED = 1000;
/** Spans in one request. */
const MAX_BATCH = 512;
/** Executions that are looked up at a time when those that were not remembered are exported. */
const PAGE = 50;
/** How long spans are collected before they are sent. */
const COLLECT_MS = 1000;
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
/** Executions that ended earlier are not exported any more. */
const MAX_AGE_MS = 86_400_000;
/** How often it is recorded how far the export has come. */
const RECORD_MS = 10_000;
/** Clocks of processes differ. */
const CLOCK_MARGIN_MS = 5000;

/** Under such keys processes record from when on ended executions are not exported yet. */
const MARKS = "traces:";

const ENDED = ["completed", "failed", "cancelled"] as const;

/**
 * Exports the spans of executions: those of steps that are over when an execution begins to wait, all the rest when it has ended.
 *
 * Only ids are queued, since the spans follow from the log; what finds no place in the queue, or is left by a process that died, is found
 * again by when it ended. Each span is therefore exported at least once, unless its execution ended more than a day before the other side
 * takes spans again, or was removed. A run never waits for any of this.
 */
export class TraceExporter {
  readonly #options: TraceExporterOptions;
  readonly #mark = `${MARKS}${randomUUID()}`;
  /** When they ended; `null`: they have not. */
  readonly #queue = new Map<string, number | null>();
  /** Revision up to which spans were exported. */
  readonly #exported = new LruMap<string, number>(MAX_QUEUED);
  /** Executions that ended since then may not have been exported, and are not in the queue. */
  #backlogFrom: number | null = null;
  #working: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #cancelRecord: (() => void) | null = null;
  #retryMs = FIRST_RETRY_MS;
  #stopped = false;
  #recorded: number | null = null;

  constructor(options: TraceExporterOptions) {
    this.#options = options;
  }

  /** Notices what a commit left to export. Does nothing that takes time. */
  observe(
    events: readonly ExecutionEvent[],
    state: { readonly start: { readonly executionId: string }; readonly status: string },
  ): void {
    const { executionId } = state.start;
    const end = events.findLast(({ type }) => ENDS.has(type));
    const at = end && "at" in end ? end.at : null;
    if (at === null && state.status !== "waiting") return;
    if (!isSampled(traceIdOf(executionId), this.#options.ratio)) return;
    if (this.#queue.size >= MAX_QUEUED && !this.#queue.has(executionId)) {
      if (at !== null) this.#postpone(at);
      return;
    }
    this.#queue.set(executionId, at ?? this.#queue.get(executionId) ?? null);
    this.#options.counts.waiting(this.#queue.size);
    this.#schedule(COLLECT_MS);
  }

  /** Looks for what earlier processes have left. */
  async start(): Promise<void> {
    await this.#record();
    await this.adopt();
    const again = (): void => {
      this.#cancelRecord = this.#options.clock.after(RECORD_MS, () => {
        void this.#quietly(() => this.#record()).then(() => {
          if (!this.#stopped) again();
        });
      });
    };
    again();
  }

  /** Takes over what processes have left that are not there any more. */
  async adopt(): Promise<void> {
    await this.#quietly(async () => {
      const { store, clock, processName } = this.#options;
      const alive = new Set(
        (await store.processes.list())
          .filter(({ seenAt }) => clock.now() - seenAt < DEAD_AFTER_MS)
          .map(({ name }) => name),
      );
      for (const { key, value } of await store.kv.list(MARKS)) {
        const name = readOwn(value, "process");
        if (key === this.#mark || (name !== processName && alive.has(String(name)))) continue;
        const from = readNumber(value, "from");
        if (from !== null) this.#postpone(from);
        // First the own record, so that a crash in between loses nothing.
        await this.#record();
        await store.kv.remove(key);
      }
      if (this.#backlogFrom !== null) this.#schedule(0);
    });
  }

  /** Sends what is left, as far as it can be sent within the time. */
  async stop(graceMs: number): Promise<void> {
    const { clock, sender, store } = this.#options;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(graceMs, () => {
      this.#stopped = true;
      late.resolve();
    });
    this.#cancelTimer?.();
    this.#cancelRecord?.();
    await Promise.race([this.#drain(), late.promise]);
    cancel();
    this.#stopped = true;
    await this.#quietly(async () => {
      if (this.#pendingSince() === null) await store.kv.remove(this.#mark);
      else await this.#record();
    });
    await Promise.race([sender.stop(), late.promise]);
  }

  /** Until nothing is left, or a request fails. */
  async #drain(): Promise<void> {
    while (!this.#stopped && (this.#queue.size > 0 || this.#backlogFrom !== null)) {
      const left = this.#queue.size;
      const from = this.#backlogFrom;
      this.#working ??= this.#work();
      await this.#working;
      if (this.#queue.size === left && this.#backlogFrom === from) return;
    }
  }

  #postpone(from: number): void {
    this.#backlogFrom = Math.min(this.#backlogFrom ?? from, from);
  }

  #schedule(delayMs: number): void {
    if (this.#stopped || this.#working !== null || this.#cancelTimer !== null) return;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#cancelTimer = null;
      this.#working ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    const { logger, counts } = this.#options;
    let problem: string | null = null;
    try {
      problem = (await this.#exportQueue()) ?? (await this.#exportBacklog());
    } catch (error) {
      problem = asAppError(error).message;
    }
    this.#working = null;
    counts.waiting(this.#queue.size);
    if (problem === null) {
      this.#retryMs = FIRST_RETRY_MS;
      if (this.#queue.size > 0) this.#schedule(COLLECT_MS);
      return;
    }
    counts.failed();
    logger.warn({ problem, retryInMs: this.#retryMs }, "traces were not exported");
    this.#schedule(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
  }

  /** @returns what went wrong; `null`: the queue is empty. */
  async #exportQueue(): Promise<string | null> {
    const { store } = this.#options;
    while (this.#queue.size > 0 && !this.#stopped) {
      const batch = new Batch();
      for (const [executionId, endedAt] of this.#queue) {
        const record = await store.executions.get(executionId);
        const spans = record ? await this.#unexported(record) : [];
        batch.add({ executionId, endedAt, spans });
        if (batch.size >= MAX_BATCH) break;
      }
      const problem = await this.#send(batch);
      if (problem !== null) return problem;
      for (const { executionId, endedAt } of batch.executions)
        if (this.#queue.get(executionId) === endedAt) this.#queue.delete(executionId);
    }
    return null;
  }

  /** Exports what ended while the queue was full, or was left by others. */
  async #exportBacklog(): Promise<string | null> {
    const { store, clock, ratio } = this.#options;
    if (this.#backlogFrom === null) return null;
    const from = this.#backlogFrom;
    const endedBefore = clock.now() + CLOCK_MARGIN_MS;
    const endedFrom = Math.max(from - CLOCK_MARGIN_MS, clock.now() - MAX_AGE_MS);
    this.#backlogFrom = null;
    let cursor: string | undefined;
    do {
      const page = await store.executions
        .list({ statuses: ENDED, endedFrom, endedBefore, limit: PAGE, ...(cursor && { cursor }) })
        .catch((error: unknown) => asAppError(error).message);
      if (typeof page === "string") return this.#backlogFailed(from, page);
      for (const record of page.records) {
        if (!isSampled(traceIdOf(record.executionId), ratio)) continue;
        const spans = await this.#unexported(record);
        const batch = new Batch();
        batch.add({ executionId: record.executionId, endedAt: record.endedAt, spans });
        const problem = this.#stopped ? "the bot is stopping" : await this.#send(batch);
        if (problem !== null) return this.#backlogFailed(from, problem);
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return null;
  }

  #backlogFailed(from: number, problem: string): string {
    this.#postpone(from);
    return problem;
  }

  async #unexported(record: ExecutionRecord): Promise<readonly Span[]> {
    const after = this.#exported.get(record.executionId) ?? -1;
    return (await this.#options.readSpans(record)).filter(({ rev }) => rev > after);
  }

  /** Spans that are refused for good are left out: else nothing would ever be sent again. */
  async #send(batch: Batch): Promise<string | null> {
    for (const spans of chunks(batch.spans)) {
      const failure = await this.#options.sender.send(spans);
      if (failure !== null && !failure.isFinal) return failure.problem;
      if (failure === null) this.#options.counts.sent(spans.length);
      else if (batch.executions.length > 1) return this.#sendOneByOne(batch);
      else this.#drop(batch, failure.problem);
    }
    for (const { executionId, spans } of batch.executions) {
      const rev = spans.reduce((most, span) => Math.max(most, span.rev), -1);
      if (rev >= 0) this.#exported.set(executionId, rev);
    }
    return null;
  }

  async #sendOneByOne({ executions }: Batch): Promise<string | null> {
    for (const execution of executions) {
      const single = new Batch();
      single.add(execution);
      const problem = await this.#send(single);
      if (problem !== null) return problem;
    }
    return null;
  }

  #drop({ executions }: Batch, problem: string): void {
    const { logger, counts } = this.#options;
    counts.dropped(executions.length);
    const executionId = executions[0]?.executionId;
    logger.warn({ executionId, problem }, "spans were refused for good, and are left out");
  }

  /** From when on ended executions are not exported yet; `null`: all are. */
  #pendingSince(): number | null {
    const times = [...this.#queue.values(), this.#backlogFrom].filter((time) => time !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  async #record(): Promise<void> {
    const { store, clock, processName } = this.#options;
    const now = clock.now();
    const pending = this.#pendingSince();
    // A mark that is old makes more to be looked through after a crash, not less.
    if (pending === null && this.#recorded !== null && now - this.#recorded < MAX_AGE_MS / 24)
      return;
    const from = pending ?? now;
    if (from === this.#recorded) return;
    await store.kv.set(this.#mark, { process: processName, from });
    this.#recorded = from;
  }

  async #quietly(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      const problem = asAppError(error).message;
      this.#options.logger.warn({ problem }, "how far traces were exported was not recorded");
    }
  }
}

const ENDS: ReadonlySet<ExecutionEvent["type"]> = new Set([
  "execution_completed",
  "execution_failed",
  "execution_cancelled",
]);

interface Exported {
  readonly executionId: string;
  readonly endedAt: number | null;
  readonly spans: readonly Span[];
}

/** What is sent together. */
class Batch {
  readonly executions: Exported[] = [];
  size = 0;

  add(execution: Exported): void {
    this.executions.push(execution);
    this.size += execution.spans.length;
  }

  get spans(): readonly Span[] {
    return this.executions.flatMap(({ spans }) => spans);
  }
}

function* chunks(spans: readonly Span[]): Generator<readonly Span[]> {
  for (let at = 0; at < spans.length; at += MAX_BATCH) yield spans.slice(at, at + MAX_BATCH);
}
