import type { RateLimit, RateRefusal } from "../engine/ports/rate-limits.ts";

/**
 * The whole state of a limit is one moment: when the next call would be due if all calls came at
 * the steady rate. A burst runs ahead of it. This is the generic cell rate algorithm, the virtual
 * scheduling of ITU-T I.371: no counter that has to be refilled, and one number to compare and set.
 */
type Mark = number | null;

/** Why a call may not be made at `now`; `null`: it may. @param mark - `null`: no call was counted. */
export function refusalOf(limit: RateLimit, mark: Mark, now: number): RateRefusal | null {
  const waitMs = (mark ?? now) - aheadMs(limit) - now;
  return waitMs > 0 ? { key: limit.key, waitMs } : null;
}

/** The mark after a call that was made at `now`. */
export function markAfter({ intervalMs }: RateLimit, mark: Mark, now: number): number {
  return Math.max(mark ?? now, now) + intervalMs;
}

/** The mark that allows the next call at `until`, and only one then. */
export function markOfPause(limit: RateLimit, until: number): number {
  return until + aheadMs(limit);
}

/** By how much calls may run ahead of the steady rate. */
function aheadMs({ burst, intervalMs }: RateLimit): number {
  return (burst - 1) * intervalMs;
}
