import type { Clock } from "../../src/engine/ports/clock.ts";

interface Timer {
  readonly at: number;
  /** Whether the clock stops for it; the others run when it stops for something else. */
  readonly isAwaited: boolean;
  readonly run: () => void;
}

/** Shorter timers are the beats of a process that watches itself: weeks of them would be a million, and change nothing. */
const LEAST_AWAITED_MS = 10 * 60_000;

/** A clock in the past that is moved towards the present by hand, so that weeks pass in a moment. */
export class MovingClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  /** @param now - where it begins, milliseconds since 1970. */
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** What is leapt over takes no time: nobody may lose anything by it. */
  elapsed(): number {
    return performance.now();
  }

  after(delayMs: number, run: () => void): () => void {
    const isAwaited = delayMs >= LEAST_AWAITED_MS;
    const timer = { at: this.#now + Math.max(delayMs, 0), isAwaited, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass within something that takes that long; no timer runs. */
  spend(ms: number): void {
    this.#now += ms;
  }

  /**
   * Moves on to `moment`, never back. It stops for every timer of ten minutes and more; shorter ones run once at such a stop, as
   * after a machine has slept. After each timer `settle` is waited for.
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

  /** The timer that is due longest, which waits no more then. */
  #takeDue(): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.at <= this.#now);
    const [first] = due.sort((a, b) => a.at - b.at);
    if (first !== undefined) this.#timers.delete(first);
    return first;
  }
}
