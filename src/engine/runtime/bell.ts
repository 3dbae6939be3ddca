import { type Clock, pause } from "../ports/clock.ts";

/** Lets one wait until something rings. A ring that comes between two waits ends the next one. */
export class Bell {
  readonly #clock: Clock;
  #hasRung = false;
  #answer: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#hasRung = true;
    this.#answer?.();
  }

  /** Resolves at the next ring, after so many milliseconds, or when the signal aborts. Never rejects. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasRung && !signal.aborted) {
      const ended = new AbortController();
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#answer = resolve;
        }),
        pause(this.#clock, ms, AbortSignal.any([signal, ended.signal])).catch(() => undefined),
      ]);
      ended.abort();
      this.#answer = null;
    }
    this.#hasRung = false;
  }
}
