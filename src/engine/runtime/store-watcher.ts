import type { Change, ChangeSource, WatchState } from "../ports/changes.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { Poller } from "./poller.ts";

/**
 * How often is looked while changes ring. It is promised that a process sees within a second what another one did, and that must
 * not rest on the ring: a change stream of a sharded cluster is as late as its quietest shard, by default up to ten seconds
 * (`periodicNoopIntervalSecs`, https://jira.mongodb.org/browse/SERVER-80427).
 */
const LIVE_POLL_MS = 1000;

/** The longest time between two looks, whether changes ring or not. */
export function longestPollMs(pollMs: number): number {
  return Math.max(pollMs, LIVE_POLL_MS);
}

export interface StoreWatcherOptions {
  readonly store: ChangeSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often is looked while changes do not ring, in milliseconds. */
  readonly pollMs: number;
  /** What to do when something of each kind may have changed. Must not reject. */
  readonly looks: Readonly<Record<Change, () => Promise<void>>>;
  /** Told whether changes ring from now on. */
  readonly onWatchState?: (isLive: boolean) => void;
}

/** Looks at the store for what other processes left there: when a change rings, and from time to time in any case. */
export class StoreWatcher {
  readonly #options: StoreWatcherOptions;
  readonly #looks: Readonly<Record<Change, Poller>>;
  #state: WatchState["kind"] | null = null;
  #watch: AsyncDisposable | null = null;

  constructor(options: StoreWatcherOptions) {
    this.#options = options;
    const { clock, looks } = options;
    const intervalMs = (): number => this.#intervalMs;
    const repeat = (look: () => Promise<void>) => new Poller({ clock, intervalMs, look });
    this.#looks = {
      executions: repeat(looks.executions),
      pauses: repeat(looks.pauses),
      workflows: repeat(looks.workflows),
    };
  }

  start(): void {
    for (const look of Object.values(this.#looks)) look.start();
    this.#watch = this.#options.store.watch({
      changed: (kind) => this.#looks[kind].notify(),
      stateChanged: (state) => this.#enter(state),
    });
  }

  /** Waits for the looks that are under way. */
  async stop(): Promise<void> {
    await this.#watch?.[Symbol.asyncDispose]();
    this.#watch = null;
    this.#state = null;
    await Promise.all(Object.values(this.#looks).map((look) => look.stop()));
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
    // What was missed is found, and the time until the next look is the new one.
    for (const look of Object.values(this.#looks)) look.notify();
  }

  #log(state: WatchState): void {
    const { logger, pollMs } = this.#options;
    if (state.kind === "live") {
      logger.info({}, "a change stream tells at once what other processes do");
      return;
    }
    const { kind, problem } = state;
    const looking = `what other processes do is looked for every ${pollMs} ms`;
    if (kind === "unsupported") logger.info({ problem }, `no change streams here: ${looking}`);
    else logger.warn({ problem }, `the change stream broke: ${looking} until it is open again`);
  }
}
