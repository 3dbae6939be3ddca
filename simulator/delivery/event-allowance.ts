import type { Clock } from "../clock.ts";

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** Counts what an app was sent within the last sixty minutes, minute by minute. */
export class EventAllowance {
  readonly #clock: Clock;
  readonly #perHour: number;
  /** How many were sent, by minute since the epoch. */
  readonly #sent = new Map<number, number>();
  #total = 0;
  #toldAt = -1;

  constructor(clock: Clock, perHour: number) {
    this.#clock = clock;
    this.#perHour = perHour;
  }

  /** Counts one delivery. Returns false when it is one too many. */
  take(): boolean {
    const minute = this.#minute();
    for (const [old, count] of this.#sent) {
      if (old > minute - MINUTES) break;
      this.#sent.delete(old);
      this.#total -= count;
    }
    if (this.#total >= this.#perHour) return false;
    this.#sent.set(minute, (this.#sent.get(minute) ?? 0) + 1);
    this.#total += 1;
    return true;
  }

  /** True once in each minute. */
  isFirstOfMinute(): boolean {
    const minute = this.#minute();
    const isFirst = minute !== this.#toldAt;
    this.#toldAt = minute;
    return isFirst;
  }

  #minute(): number {
    return Math.floor(this.#clock.now() / MINUTE_MS);
  }
}
