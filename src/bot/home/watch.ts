import type { Logger } from "pino";
import { type Clock, pause } from "../../engine/ports/clock.ts";
import { asAppError } from "../../shared/errors.ts";

export interface HomeWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Calls `listener` when something changed that a page may show. @returns a function that removes it. */
  readonly onChange: (listener: () => void) => () => void;
  /** Reads a person's page, and publishes it if it looks different. @throws {AppError} what publishing throws. */
  readonly refresh: (userId: string) => Promise<void>;
}

/** Slack does not say when a page is closed: for so long after it was opened it is taken for open. In milliseconds. */
const OPEN_MS = 10 * 60_000;
/** Changes of so long a time are shown together, in milliseconds. */
const TOGETHER_MS = 1000;
/** Between two readings of one page, in milliseconds. */
const EVERY_MS = 5000;
/** So often a page is read although nothing is known to have changed: other processes change things, too. In milliseconds. */
const ANYWAY_MS = 30_000;
/** After a reading as many times its length is spent on other work. */
const REST = 4;
const MIN_REST_MS = 20;
/** Pages that are kept up to date: Slack takes about a hundred a minute, those that people open among them. */
const MAX_OPEN = 100;
/** Most of the time of a long reading is spent waiting for Slack: no longer than this is rested after it, or waited after a failure. */
const MAX_PAUSE_MS = 60_000;

interface OpenPage {
  readonly openedAt: number;
  readonly readAt: number;
  readonly isDirty: boolean;
}

/**
 * Keeps the pages up to date that people have open: reads those that may have changed, one at a time and each not too often. Times
 * are those of `Clock.elapsed`.
 */
export class HomeWatch {
  readonly #options: HomeWatchOptions;
  /** By person, the one that was opened longest ago first. */
  readonly #open = new Map<string, OpenPage>();
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;
  #cancel: () => void = () => undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #ends: (() => void) | null = null;

  constructor(options: HomeWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#ends = this.#options.onChange(() => this.changed());
  }

  async stop(): Promise<void> {
    this.#ends?.();
    this.#cancel();
    this.#stop.abort();
    await this.#running;
  }

  /** A person has the page before them, as it is now. */
  opened(userId: string): void {
    const now = this.#options.clock.elapsed();
    this.#open.delete(userId);
    this.#open.set(userId, { openedAt: now, readAt: now, isDirty: false });
    const oldest = this.#open.keys().next();
    if (this.#open.size > MAX_OPEN && !oldest.done) this.#open.delete(oldest.value);
    this.#wakeIn(ANYWAY_MS);
  }

  /** Something changed that one person's page shows, or any page. */
  changed(userId?: string): void {
    for (const [id, page] of this.#open)
      if (userId === undefined || id === userId) this.#open.set(id, { ...page, isDirty: true });
    if (this.#open.size > 0) this.#wakeIn(TOGETHER_MS);
  }

  #wakeIn(ms: number): void {
    const { clock } = this.#options;
    const at = clock.elapsed() + ms;
    if (this.#isRunning || this.#stop.signal.aborted || at >= this.#dueAt) return;
    this.#cancel();
    this.#dueAt = at;
    this.#cancel = clock.after(ms, () => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#isRunning = true;
      this.#running = this.#run().finally(() => {
        this.#isRunning = false;
        this.#sleep();
      });
    });
  }

  /** Until the first page is to be read again. */
  #sleep(): void {
    const now = this.#options.clock.elapsed();
    const due = [...this.#open.values()].map(dueAt);
    if (due.length > 0) this.#wakeIn(Math.max(Math.min(...due) - now, MIN_REST_MS));
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options;
    for (const userId of [...this.#open.keys()]) {
      // Read here: it may have been opened again, or pushed out, since the others were read.
      const page = this.#open.get(userId);
      const now = clock.elapsed();
      if (page === undefined) continue;
      if (now - page.openedAt >= OPEN_MS) this.#open.delete(userId);
      else if (dueAt(page) <= now) {
        this.#open.set(userId, { ...page, readAt: now, isDirty: false });
        const restMs = await this.#refresh(userId).catch((error: unknown) => {
          const known = asAppError(error);
          logger.info({ err: known, user: userId }, "an open App Home could not be refreshed");
          if (known.retryable) this.changed(userId);
          return Math.min(known.retryAfterMs ?? EVERY_MS, MAX_PAUSE_MS);
        });
        await pause(clock, restMs, this.#stop.signal).catch(() => undefined);
      }
      if (this.#stop.signal.aborted) return;
    }
  }

  /** @returns how long to do other things then, in milliseconds. */
  async #refresh(userId: string): Promise<number> {
    const { clock, refresh } = this.#options;
    const began = clock.elapsed();
    await refresh(userId);
    return Math.min(Math.max((clock.elapsed() - began) * REST, MIN_REST_MS), MAX_PAUSE_MS);
  }
}

function dueAt({ readAt, isDirty }: OpenPage): number {
  return readAt + (isDirty ? EVERY_MS : ANYWAY_MS);
}
