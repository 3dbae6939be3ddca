import { type Clock, systemClock } from "../../src/engine/ports/clock.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** The machine's clock, that a test can put forward: what is due by then happens at once. */
export class ForwardClock implements Clock {
  #ahead = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return systemClock.now() + this.#ahead;
  }

  elapsed(): number {
    return systemClock.elapsed() + this.#ahead;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = {
      at: this.now() + delayMs,
      run: () => {
        cancel();
        this.#timers.delete(timer);
        run();
      },
    };
    const cancel = systemClock.after(delayMs, timer.run);
    this.#timers.add(timer);
    return () => {
      cancel();
      this.#timers.delete(timer);
    };
  }

  /** Puts the clock forward by so many milliseconds. */
  forward(ms: number): void {
    this.#ahead += ms;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at))
      if (timer.at <= this.now()) timer.run();
  }
}
