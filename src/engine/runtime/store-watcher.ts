import type { Change, ChangeSource, WatchState } from "../ports/changes.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";

/**
 * How often the store is polled while a change stream is open. It is promised that a process sees within a second what another one
 * did, and that must not rest on the stream: in a sharded cluster it is as late as its quietest shard, by default up to ten seconds
 * (`periodicNoopIntervalSecs`, https://jira.mongodb.org/browse/SERVER-80427).
 */
const LIVE_POLL_MS = 1000;

/** The longest time between two polls, with or without a change stream. */
export function longestPollMs(pollMs: number): number {
  return Math.max(pollMs, LIVE_POLL_MS);
}

export interface StoreWatcherOptions {
  readonly store: ChangeSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often the store is polled while no change stream is open, in milliseconds. */
  readonly pollMs: number;
  /** What to do when something of each kind may have changed. Must not reject. */
  readonly polls: Readonly<Record<Change, () => Promise<void>>>;
  /** Called when a change stream opens (`true`) or ends (`false`). */
  readonly onWatchState?: (isLive: boolean) => void;
}

/** Polls the store for what other processes left there: when a change stream reports a change, and regularly in any case. */
export class StoreWatcher {
  readonly #options: StoreWatcherOptions;
  readonly #pollers: Readonly<Record<Change, Poller>>;
  #state: WatchState["kind"] | null = null;
  #watch: AsyncDisposable | null = null;

  constructor(options: StoreWatcherOptions) {
    this.#options = options;
    const { clock, polls } = options;
    const intervalMs = (): number => this.#intervalMs;
    const every = (poll: () => Promise<void>) => new Poller({ clock, intervalMs, poll });
    this.#pollers = {
      executions: every(polls.executions),
      pauses: every(polls.pauses),
      workflows: every(polls.workflows),
    };
  }

  start(): void {
    for (const poller of Object.values(this.#pollers)) poller.start();
    this.#watch = this.#options.store.watch({
      changed: (kind) => this.#pollers[kind].notify(),
      stateChanged: (state) => this.#enter(state),
    });
  }

  /** Waits for the polls under way. */
  async stop(): Promise<void> {
    await this.#watch?.[Symbol.asyncDispose]();
    this.#watch = null;
    this.#state = null;
    await Promise.all(Object.values(this.#pollers).map((poller) => poller.stop()));
  }

  get #intervalMs(): number {
    const { pollMs } = this.#options;
    return this.#state === "live" ? longestPollMs(pollMs) : pollMs;
  }

  #enter(state: WatchState): void {
    if (state.kind === this.#state) return;
    this.#state = state.kind;
    this.#log(state);
    this.#options.onWatchState?.(state.kind === "live");
    // What was missed is found, and the time until the next poll is the new one.
    for (const poller of Object.values(this.#pollers)) poller.notify();
  }

  #log(state: WatchState): void {
    const { logger, pollMs } = this.#options;
    if (state.kind === "live") {
      logger.info({}, "a change stream tells at once what other processes do");
      return;
    }
    const { kind, problem } = state;
    const fallback = `what other processes do is looked for every ${pollMs} ms`;
    if (kind === "unsupported") logger.info({ problem }, `no change streams here: ${fallback}`);
    else logger.warn({ problem }, `the change stream broke: ${fallback} until it is open again`);
  }
}

/** Shortest time between the end of one poll and the next: at most ten polls a second, however often it is notified. */
const REST_MS = 100;

export interface PollerOptions {
  readonly clock: Clock;
  /** How long until the next poll unless it is notified, in milliseconds; read after each poll. */
  readonly intervalMs: () => number;
  /** Must not reject. */
  readonly poll: () => Promise<void>;
}

/**
 * Polls at an interval, and at once when it is notified. There is one poll at a time and a rest after each; however often it is
 * notified meanwhile, one more poll follows.
 */
export class Poller {
  readonly #options: PollerOptions;
  #running = false;
  /** It was notified, and no poll has begun since. */
  #notified = false;
  #polling: Promise<void> | null = null;
  #endedAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** The first poll comes after the interval, or when it is notified. */
  start(): void {
    this.#running = true;
    this.#notified = false;
    this.#plan(this.#options.intervalMs());
  }

  /** Waits for the poll under way. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer?.();
    await this.#polling;
  }

  notify(): void {
    if (!this.#running || this.#notified) return;
    this.#notified = true;
    if (!this.#polling) this.#plan(this.#restLeft);
  }

  /** Not more than a rest, whatever the clock was set to. */
  get #restLeft(): number {
    const left = this.#endedAt + REST_MS - this.#options.clock.now();
    return Math.min(Math.max(left, 0), REST_MS);
  }

  #plan(delayMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.#poll());
  }

  #poll(): void {
    const { clock, poll, intervalMs } = this.#options;
    this.#notified = false;
    this.#polling = poll().finally(() => {
      this.#polling = null;
      this.#endedAt = clock.now();
      if (this.#running) this.#plan(this.#notified ? REST_MS : intervalMs());
    });
  }
}
