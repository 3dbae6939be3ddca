import type { Clock } from "../clock.ts";

/** Gives message timestamps (`seconds.microseconds`) that are unique in the workspace and always grow. */
export class Timestamps {
  readonly #clock: Clock;
  #lastMicros: number;

  constructor(clock: Clock, lastTs = "0.0") {
    this.#clock = clock;
    this.#lastMicros = microsOf(lastTs);
  }

  next(): string {
    this.#lastMicros = Math.max(this.#clock.now() * 1_000, this.#lastMicros + 1);
    const seconds = Math.floor(this.#lastMicros / 1_000_000);
    return `${seconds}.${String(this.#lastMicros % 1_000_000).padStart(6, "0")}`;
  }

  /** The latest one given, to go on from after a restart. */
  get last(): string {
    return `${Math.floor(this.#lastMicros / 1_000_000)}.${String(this.#lastMicros % 1_000_000).padStart(6, "0")}`;
  }
}

function microsOf(ts: string): number {
  const [seconds, micros] = ts.split(".").map(Number);
  return (seconds ?? 0) * 1_000_000 + (micros ?? 0);
}
