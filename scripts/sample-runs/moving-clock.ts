import type { Clock } from "../../src/engine/ports/clock.ts";

interface Timer {
  readonly at: number;
  /** Whether the clock stops for it; the others run when it stops for something else. */
  readonly isAwaited: boolean;
  readonly run: () => void;
}

/**
 * The clock does not stop for shorter timers, such as heartbeats: a million of them would change
 * nothing.
 */
const LEAST_AWAITED_MS = 10 * 60_000;

/** A clock in the past that is moved to the present by hand, so that weeks pass in a moment. */
export class MovingClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  /** @param now - its start, milliseconds since 1970. */
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** Real time: a leap of the clock takes none, so it causes no time-out. */
  elapsed(): number {
    return performance.now();
  }

  after(delayMs: number, run: () => void): () => void {
    const isAwaited = delayMs >= LEAST_AWAITED_MS;
    const timer = { at: this.#now + Math.max(delayMs, 0), isAwaited, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Advances the clock by the duration of a call; runs no timer. */
  spend(ms: number): void {
    this.#now += ms;
  }

  /**
   * Moves forward to `moment`, never back. Stops for every timer of ten minutes and more; shorter
   * ones run once at such a stop, as after a machine has slept. Awaits `settle` after each timer.
   */
  async moveTo(moment: number, settle: () => Promise<void>): Promise<void> {
    do {
      this.#now = Math.max(this.#now, Math.min(moment, this.#nextStop()));
      for (let due = this.#takeDue(); due !== undefined; due = this.#takeDue()) {
        due.run();
        await settle();
      }
    } while (this.#now < moment);
  }

  #nextStop(): number {
    const stops = [...this.#timers].filter((timer) => timer.isAwaited).map((timer) => timer.at);
    return Math.min(Number.POSITIVE_INFINITY, ...stops);
  }

  /** Removes and returns the timer that has been due longest. */
  #takeDue(): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.at <= this.#now);
    const [first] = due.sort((a, b) => a.at - b.at);
    if (first !== undefined) this.#timers.delete(first);
    return first;
  }
}
