import type { Clock } from "../ports/clock.ts";

/** Shortest time between the end of one look and the next: at most ten looks a second, however often it rings. */
const REST_MS = 100;

export interface PollerOptions {
  readonly clock: Clock;
  /** How long until the next look if it does not ring, in milliseconds; asked after each look. */
  readonly intervalMs: () => number;
  /** Must not reject. */
  readonly look: () => Promise<void>;
}

/**
 * Looks from time to time, and at once when it rings. There is one look at a time and a rest after each; however often it rings
 * meanwhile, one more look follows.
 */
export class Poller {
  readonly #options: PollerOptions;
  #running = false;
  /** A look is wanted that has not begun. */
  #rang = false;
  #looking: Promise<void> | null = null;
  #endedAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** The first look comes after the interval, or when it rings. */
  start(): void {
    this.#running = true;
    this.#rang = false;
    this.#plan(this.#options.intervalMs());
  }

  /** Waits for the look that is under way. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer?.();
    await this.#looking;
  }

  notify(): void {
    if (!this.#running || this.#rang) return;
    this.#rang = true;
    if (!this.#looking) this.#plan(this.#restLeft);
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
    const { clock, look, intervalMs } = this.#options;
    this.#rang = false;
    this.#looking = look().finally(() => {
      this.#looking = null;
      this.#endedAt = clock.now();
      if (this.#running) this.#plan(this.#rang ? REST_MS : intervalMs());
    });
  }
}
