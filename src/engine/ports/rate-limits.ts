/**
 * So many calls of one kind: `burst` at once, then one each `intervalMs`. Limits with the same key
 * have the same numbers.
 */
export interface RateLimit {
  readonly key: string;
  /** At least 1. */
  readonly burst: number;
  /** Milliseconds between two calls in the long run; more than 0. */
  readonly intervalMs: number;
}

/** Why a call may not be made yet. */
export interface RateRefusal {
  /** The limit that is used up. */
  readonly key: string;
  /** Milliseconds until it allows a call, if no other process takes it first. */
  readonly waitMs: number;
}

/**
 * Limits of the outside world that all processes on one store keep together.
 *
 * They are a courtesy, not a fence: what is counted may be lost with the process that counted it,
 * and clocks of processes may differ. The other side refuses what is too much all the same.
 */
export interface RateLimitStore {
  /**
   * Counts one call against each of these limits, or against none.
   *
   * @returns `null` if the call may be made now.
   */
  take(limits: readonly RateLimit[], now: number): Promise<RateRefusal | null>;
  /**
   * No call before `until`, and no burst after it: the other side said so. A pause never shortens
   * an earlier one. Other processes may not know of one of more than five minutes.
   */
  pause(limit: RateLimit, until: number): Promise<void>;
}
