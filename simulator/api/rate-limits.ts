import type { Clock } from "../clock.ts";
import type { Limits } from "../limits.ts";

/** Slack's tiers; `posting` is the special one: a pace for each channel and one for the workspace. */
export type Tier = keyof Limits["callsPerMinute"] | "posting" | "none";

const MAX_BUCKETS = 10_000;

interface Bucket {
  tokens: number;
  filledAt: number;
  /** Until when every call is refused: what `Retry-After` said. */
  closedUntil: number;
  /** Calls refused since then. */
  hammered: number;
}

/**
 * Token buckets per method, and per channel for posting.
 *
 * A refusal closes its bucket until its `Retry-After` is over: calls before that are refused, too, and more than a few of
 * them make the wait longer. Now and then a wait is long without a reason that an app could see.
 */
export class RateLimits {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #buckets = new Map<string, Bucket>();
  #waits = 0;

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Counts a call.
   *
   * @param channel - where a message goes; it only matters for posting.
   * @returns seconds to wait when the call is one too many, else `undefined`.
   */
  take(method: string, tier: Tier, channel: string): number | undefined {
    const { callsPerMinute, postBurst, postsPerSecond, postsPerMinute } = this.#limits;
    if (tier === "none") return undefined;
    if (tier === "posting") {
      return (
        this.#take(`${method} ${channel}`, postBurst, postsPerSecond) ??
        this.#take(method, postsPerMinute, postsPerMinute / 60)
      );
    }
    return this.#take(method, callsPerMinute[tier], callsPerMinute[tier] / 60);
  }

  clear(): void {
    this.#buckets.clear();
  }

  #take(key: string, capacity: number, perSecond: number): number | undefined {
    const now = this.#clock.now();
    const bucket = this.#bucket(key, capacity, now);
    const refill = ((now - bucket.filledAt) / 1_000) * perSecond * this.#limits.speed;
    bucket.tokens = Math.min(capacity, bucket.tokens + refill);
    bucket.filledAt = now;
    if (now < bucket.closedUntil) return this.#refuseEarly(bucket, now);
    if (bucket.tokens < 1) return this.#close(bucket, now, (1 - bucket.tokens) / perSecond);
    bucket.tokens -= 1;
    return undefined;
  }

  #bucket(key: string, capacity: number, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    if (this.#buckets.size > MAX_BUCKETS) this.#buckets.clear();
    const bucket = { tokens: capacity, filledAt: now, closedUntil: 0, hammered: 0 };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #refuseEarly(bucket: Bucket, now: number): number {
    const { patience, penaltySeconds } = this.#limits;
    bucket.hammered += 1;
    if (bucket.hammered === patience + 1) {
      bucket.closedUntil = now + this.#seconds(penaltySeconds) * 1_000;
    }
    return Math.ceil((bucket.closedUntil - now) / 1_000);
  }

  /** Begins a wait of so many of Slack's seconds. */
  #close(bucket: Bucket, now: number, needed: number): number {
    const { longWaitEvery, longWaitSeconds } = this.#limits;
    this.#waits += 1;
    const isLong = longWaitEvery > 0 && this.#waits % longWaitEvery === 0;
    const seconds = this.#seconds(isLong ? Math.max(needed, longWaitSeconds) : needed);
    bucket.closedUntil = now + seconds * 1_000;
    bucket.hammered = 0;
    return seconds;
  }

  /** `Retry-After` is in whole seconds, at least one. */
  #seconds(needed: number): number {
    return Math.max(1, Math.ceil(needed / this.#limits.speed));
  }
}
