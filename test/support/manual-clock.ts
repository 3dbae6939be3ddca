import type { Clock } from "../../src/engine/ports/clock.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in order of time, within `advance`. */
export class ManualClock implements Clock {
  /** Time that really passed: timers go by it. */
  #now: number;
  /** By how much the clock was set. */
  #offset = 0;
  readonly #timers = new Set<Timer>();

  constructor(now = Date.UTC(2026, 10, 23, 9, 0, 0)) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#offset;
  }

  elapsed(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(delayMs, 0), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves time on without letting any timer run: the process was busy. */
  lag(ms: number): void {
    this.#now += ms;
  }

  /** Somebody sets the clock, forward or back. Timers take no notice. */
  set(byMs: number): void {
    this.#offset += byMs;
  }

  /**
   * Moves time on; every timer that becomes due runs at its own moment, and what it started gets to settle before the next.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers]
        .filter((timer) => timer.at <= end)
        .sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Turns of the event loop that work on an in-memory store needs to come to rest. */
const SETTLE_TURNS = 20;

/** Lets everything that waits for no timer and no network come to rest. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    let turns = SETTLE_TURNS;
    const turn = (): void => {
      turns -= 1;
      if (turns === 0) resolve();
      else setImmediate(turn);
    };
    setImmediate(turn);
  });
}
