import type { Clock } from "../clock.ts";

/** Calls per minute that each of Slack's tiers promises. Slack tolerates bursts; here a full minute's worth is one. */
const PER_MINUTE = { 1: 20, 2: 20, 3: 50, 4: 100 } as const;
export type Tier = keyof typeof PER_MINUTE | "posting" | "none";

/** About one message a second and channel, with a short burst; and a limit for the whole workspace. */
const POSTS_PER_SECOND_AND_CHANNEL = 1;
const POST_BURST = 8;
const POSTS_PER_MINUTE = 300;
const MAX_BUCKETS = 10_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Token buckets per method, and per channel for posting. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts a call.
   *
   * @returns seconds to wait when the call is one too many, else `undefined`.
   */
  take(method: string, tier: Tier, channel: string): number | undefined {
    if (tier === "none") return undefined;
    if (tier === "posting") {
      return (
        this.#take(`${method} ${channel}`, POST_BURST, POSTS_PER_SECOND_AND_CHANNEL) ??
        this.#take(method, POSTS_PER_MINUTE, POSTS_PER_MINUTE / 60)
      );
    }
    return this.#take(method, PER_MINUTE[tier], PER_MINUTE[tier] / 60);
  }

  clear(): void {
    this.#buckets.clear();
  }

  #take(key: string, capacity: number, perSecond: number): number | undefined {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: capacity, filledAt: now };
    if (this.#buckets.size > MAX_BUCKETS) this.#buckets.clear();
    this.#buckets.set(key, bucket);
    bucket.tokens = Math.min(
      capacity,
      bucket.tokens + ((now - bucket.filledAt) / 1_000) * perSecond,
    );
    bucket.filledAt = now;
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= 1;
    return undefined;
  }
}
