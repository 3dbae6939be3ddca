import { AppError, isAppError } from "../../shared/errors.ts";
import type { ExecutionSummary } from "../api/executions.ts";
import type { RunFilter, RunMessage, RunsMessage, Streams } from "../api/streams.ts";
import { toExecutionSummary } from "../execution/projections/execution-view.ts";
import { toRunChange, toRunState } from "../execution/projections/run-change.ts";
import { runFilter } from "../executions/run-filter.ts";
import { isFinished } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Commit } from "../ports/executions.ts";
import type { Store } from "../ports/store.ts";
import { Bell } from "../runtime/bell.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { RunWatch } from "../runtime/run-watch.ts";
import type { GuardedExecutions } from "./guarded-executions.ts";
import { maskView } from "./view-for.ts";

/** How often commits of other processes are looked for. */
const POLL_MS = 1000;
/** Commits that one reader has in memory. */
const MAX_COMMITS = 200;
/** Signals among which a retry is looked for: what is over gets few. */
const SIGNALS = 100;
/** Executions of which one reader has a change in memory, and how many of them are given out at a time. */
const MAX_CHANGED = 1000;
const BATCH = 50;
/** How long rights that were read are relied on. */
const FRESH_MS = 1000;
/** Nothing is due then: it only bounds how long a wait lasts. */
const IDLE_MS = 60_000;

export interface StreamsOptions {
  readonly store: Pick<Store, "log" | "executions" | "signals">;
  readonly clock: Clock;
  readonly events: EngineEvents;
  readonly watch: RunWatch;
  readonly executions: GuardedExecutions;
}

/** What happens in executions, for people who may see it. The contract stands in {@link Streams}. */
export class GuardedStreams implements Streams {
  readonly #options: StreamsOptions;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  async *follow(
    executionId: string,
    after: number,
    reader: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<RunMessage> {
    const bell = new Bell(this.#options.clock);
    const ignore = this.#options.events.on("committed", (commit) => {
      if (commit.executionId === executionId) bell.ring();
    });
    let hasBegun = false;
    try {
      for await (const message of this.#messages({ executionId, after, reader, signal }, bell)) {
        yield message;
        hasBegun = true;
      }
    } catch (error) {
      if (!hasBegun || !isAppError(error, "execution_not_found")) throw error;
      yield { kind: "end" };
    } finally {
      ignore();
    }
  }

  async *#messages(
    { executionId, after, reader, signal }: Followed,
    bell: Bell,
  ): AsyncGenerator<RunMessage> {
    let known = after;
    let shown: number | null = null;
    while (!signal.aborted) {
      // The log first: what is sensitive by now masks all of it.
      const commits = await this.#commits(executionId, known);
      // A retry that begins meanwhile is found here or in the state.
      const isRetried = await this.#isRetried(executionId);
      const seen = await this.#options.executions.readFor(executionId, reader);
      const { view, masker } = seen;
      for (const commit of this.#whileFresh(commits)) {
        if (commit.rev > view.rev) break;
        yield { kind: "change", change: toRunChange(commit, masker) };
        known = commit.rev;
      }
      if (known < view.rev) continue;
      const state = toRunState(maskView(view, masker));
      if (shown !== view.rev) yield { kind: "state", state };
      shown = view.rev;
      if (isFinished(view.status) && !isRetried) {
        yield { kind: "end", state };
        return;
      }
      await bell.wait(POLL_MS, signal);
    }
  }

  /**
   * As long as rights that were read just now may be relied on: a reader may take its time.
   *
   * @yields each item.
   */
  *#whileFresh<T>(items: readonly T[]): Generator<T> {
    const { clock } = this.#options;
    const begun = clock.elapsed();
    for (const item of items) {
      if (clock.elapsed() - begun > FRESH_MS) return;
      yield item;
    }
  }

  /** A retry was accepted and has not begun. */
  async #isRetried(executionId: string): Promise<boolean> {
    const pending = await this.#options.store.signals.pending({ executionId, limit: SIGNALS });
    return pending.some(({ kind }) => kind === "retry");
  }

  /** The next ones after a revision. The start, revision 0, stands in the record. */
  async #commits(
    executionId: string,
    after: number,
  ): Promise<readonly Pick<Commit, "executionId" | "rev" | "at" | "events">[]> {
    const { store } = this.#options;
    if (after >= 0) return store.log.read(executionId, after, MAX_COMMITS);
    const record = await store.executions.get(executionId);
    if (record === null) return [];
    return [{ executionId, rev: 0, at: record.startedAt, events: [record.start] }];
  }

  async *watch(
    filter: RunFilter,
    reader: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<RunsMessage> {
    const { watch, clock, executions } = this.#options;
    const bell = new Bell(clock);
    const changes = new Changes();
    const fits = runFilter(filter);
    const end = await watch.listen((record) => {
      if (!fits(record)) return;
      changes.add(toExecutionSummary(record));
      bell.ring();
    });
    try {
      yield { kind: "ready" };
      while (!signal.aborted) {
        const runs = changes.next();
        // Asked for each batch: rights may have changed meanwhile.
        const visible = new Set(await executions.visibleTo(reader, runs));
        for (const run of this.#whileFresh(runs)) {
          if (visible.has(run)) yield { kind: "run", run };
          changes.settle(run);
        }
        if (changes.isEmpty) await bell.wait(IDLE_MS, signal);
      }
    } finally {
      end();
    }
  }
}

interface Followed {
  readonly executionId: string;
  readonly after: number;
  readonly reader: string | undefined;
  readonly signal: AbortSignal;
}

/** What has changed and was not given out yet: of each execution the last. */
class Changes {
  readonly #pending = new Map<string, ExecutionSummary>();
  #isFull = false;

  get isEmpty(): boolean {
    return this.#pending.size === 0 && !this.#isFull;
  }

  add(run: ExecutionSummary): void {
    this.#pending.set(run.executionId, run);
    if (this.#pending.size <= MAX_CHANGED) return;
    this.#isFull = true;
    this.#pending.clear();
  }

  /** @throws {AppError} `rate_limited` when there were too many: some are lost. */
  next(): readonly ExecutionSummary[] {
    if (this.#isFull) throw tooSlow();
    return [...this.#pending.values()].slice(0, BATCH);
  }

  /** It was given out, or is not for the reader; one that came after it stays. */
  settle(run: ExecutionSummary): void {
    if (this.#pending.get(run.executionId) === run) this.#pending.delete(run.executionId);
  }
}

function tooSlow(): AppError {
  return new AppError({
    code: "rate_limited",
    message: `More than ${MAX_CHANGED} changes were not taken. Read the list of runs, and watch again.`,
    retryable: true,
    retryAfterMs: 1000,
  });
}
