import type { Clock } from "../../src/engine/ports/clock.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

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

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(delayMs, 0), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass within something that takes that long; no timer runs. */
  spend(ms: number): void {
    this.#now += ms;
  }

  /** Moves on to `moment`, never back. Timers that become due run at their own moments; after each, `settle` is waited for. */
  async moveTo(moment: number, settle: () => Promise<void>): Promise<void> {
    for (;;) {
      const due = [...this.#timers]
        .filter((timer) => timer.at <= moment)
        .reduce<Timer | null>(
          (first, timer) => (first && first.at <= timer.at ? first : timer),
          null,
        );
      if (due === null) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await settle();
    }
    this.#now = Math.max(this.#now, moment);
  }
}
