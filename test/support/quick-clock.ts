import { type Clock, systemClock } from "../../src/engine/ports/clock.ts";

/** The machine's clock, but so many times as fast: pauses of seconds take a fraction of one. */
export function quickClock(times: number): Clock {
  const since = systemClock.now();
  return {
    now: () => Math.round(since + (systemClock.now() - since) * times),
    elapsed: () => systemClock.elapsed() * times,
    after: (delayMs, run) => systemClock.after(delayMs / times, run),
  };
}
