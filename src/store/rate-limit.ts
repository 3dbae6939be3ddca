import type { RateLimit, RateRefusal } from "../engine/ports/rate-limits.ts";

/**
 * The whole state of a limit is one moment: when the next call would be due if all calls came at
 * the steady rate. A burst runs ahead of it. This is the generic cell rate algorithm, the virtual
 * scheduling of ITU-T I.371: no counter that has to be refilled, and one number to compare and set.
 */
type Mark = number | null;

/** A longer pause is known to the process alone that was asked for it. */
const LONGEST_PAUSE_MS = 5 * 60_000;

/** Why a call may not be made at `now`; `null`: it may. @param mark - `null`: no call was counted. */
export function refusalOf(limit: RateLimit, mark: Mark, now: number): RateRefusal | null {
  const waitMs = (believe(limit, mark, now) ?? now) - aheadMs(limit) - now;
  return waitMs > 0 ? { key: limit.key, waitMs } : null;
}

/** The mark after a call that was made at `now`. */
export function markAfter(limit: RateLimit, mark: Mark, now: number): number {
  return Math.max(believe(limit, mark, now) ?? now, now) + limit.intervalMs;
}

/** The mark that allows the next call at `until`, and only one then. */
export function markOfPause(limit: RateLimit, until: number): number {
  return until + aheadMs(limit);
}

/**
 * A mark further off than any pause was set before the clock was set back: it would close the limit until the clock is there
 * again.
 */
function believe(limit: RateLimit, mark: Mark, now: number): Mark {
  return mark !== null && mark - aheadMs(limit) - now > LONGEST_PAUSE_MS ? null : mark;
}

/** By how much calls may run ahead of the steady rate. */
function aheadMs({ burst, intervalMs }: RateLimit): number {
  return (burst - 1) * intervalMs;
}
