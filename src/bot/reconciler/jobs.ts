import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { CardStore } from "../../engine/ports/cards.ts";
import { type Clock, pause } from "../../engine/ports/clock.ts";
import { isAppError } from "../../shared/errors.ts";
import { toSlackFailure } from "../../slack/errors.ts";

export interface JobsOptions {
  readonly cards: CardStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * Brings all cards of an execution to their desired state. It throws what the Web API client throws.
   *
   * @returns `false` if something changed meanwhile, so that it is done again at once.
   */
  readonly reconcile: (executionId: string, job: Job) => Promise<boolean>;
}

/** What is under way for one execution. */
export interface Job {
  /** The name under which the execution's cards are claimed in the store. */
  readonly holder: string;
  /** Something changed since the pass began. */
  dirty: boolean;
  /** Ends a wait for the rate limit when something changed. */
  interrupt: AbortController;
  /** Passes in a row that threw. */
  failures: number;
  /** When the run's card was edited last, as `Clock.elapsed` counts. */
  lastEdit: number;
  done: Promise<void>;
}

/**
 * How long a claim on an execution's cards lasts: longer than a call to Slack may take (10 s) where clocks differ by 5 s.
 * Each call renews it.
 */
const CLAIM_MS = 20_000;
/** Pause before a claim is tried again while another process holds it. */
const CLAIM_PAUSE_MS = 300;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;
const LAST_REFUSED_RETRY_MS = 30 * 60_000;

/**
 * Runs at most one job for each execution at a time, here and in the other processes on the store: passes until nothing changes
 * meanwhile, with longer and longer pauses after those that fail.
 */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #running = new Map<string, Job>();
  readonly #stop = new AbortController();

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Begins a job, or has the one under way look again. Never rejects; resolves when nothing is left to do. */
  run(executionId: string): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    const running = this.#running.get(executionId);
    if (running !== undefined) {
      running.dirty = true;
      running.interrupt.abort();
      return running.done;
    }
    const job: Job = {
      holder: randomUUID(),
      dirty: false,
      interrupt: new AbortController(),
      failures: 0,
      lastEdit: Number.NEGATIVE_INFINITY,
      done: Promise.resolve(),
    };
    this.#running.set(executionId, job);
    job.done = this.#passes(executionId, job)
      .finally(() => this.#forget(executionId, job))
      .then(() => this.#release(executionId, job));
    return job.done;
  }

  /** Stops after the calls under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const job of this.#running.values()) job.interrupt.abort();
    await Promise.all([...this.#running.values()].map((job) => job.done));
  }

  /**
   * Claims the cards, or renews the claim: what another process did between our read and our call would be done twice.
   *
   * @returns `false` while another process holds them.
   */
  claim(executionId: string, { holder }: Job): Promise<boolean> {
    const { cards, clock } = this.#options;
    const now = clock.now();
    return cards.claim(executionId, holder, now, now + CLAIM_MS);
  }

  async #release(executionId: string, { holder }: Job): Promise<void> {
    try {
      await this.#options.cards.release(executionId, holder);
    } catch (error) {
      this.#options.logger.debug(
        { executionId, err: error },
        "could not release a claim on cards; it expires by itself",
      );
    }
  }

  #forget(executionId: string, job: Job): void {
    if (this.#running.get(executionId) === job) this.#running.delete(executionId);
  }

  async #passes(executionId: string, job: Job): Promise<void> {
    while (!this.isStopped) {
      job.dirty = false;
      job.interrupt = new AbortController();
      try {
        if (!(await this.claim(executionId, job))) {
          await this.#pause(CLAIM_PAUSE_MS);
          continue;
        }
        if (!(await this.#options.reconcile(executionId, job))) continue;
        job.failures = 0;
        // Forgotten in the same turn as the last read: a later change begins a new job.
        if (!job.dirty) return this.#forget(executionId, job);
      } catch (error) {
        if (isAppError(error, "execution_not_found")) return;
        await this.#backOff(executionId, job, error);
      }
    }
  }

  /** Waits before the next try, longer each time. A change does not shorten it: Slack is in trouble. */
  async #backOff(executionId: string, job: Job, error: unknown): Promise<void> {
    const { logger } = this.#options;
    job.failures += 1;
    const failure = toSlackFailure(error);
    const atLeast = failure.kind === "limited" ? failure.retryAfterMs : 0;
    // Of a refusal a minute changes nothing, and many runs that ask each minute use up Slack's limits.
    const longest = failure.kind === "refused" ? LAST_REFUSED_RETRY_MS : LAST_RETRY_MS;
    const waitMs = Math.max(
      atLeast,
      Math.min(FIRST_RETRY_MS * 2 ** Math.min(job.failures - 1, 20), longest),
    );
    const log = job.failures === 1 ? logger.info.bind(logger) : logger.warn.bind(logger);
    log({ executionId, err: error, waitMs }, "could not update the cards; retrying");
    await this.#pause(waitMs);
  }

  /** Waits, at most until the jobs stop. */
  async #pause(ms: number): Promise<void> {
    await pause(this.#options.clock, ms, this.#stop.signal).catch(() => undefined);
  }
}
