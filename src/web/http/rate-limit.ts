import { AppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";

export interface RateLimitOptions {
  /** Sustained requests per second of one caller. @default 20 */
  readonly perSecond?: number;
  /** Requests that a caller may send at once after a pause. @default 100 */
  readonly burst?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/**
 * What callers may send. Those that have proven who they are have limits of their own, so that no number of others, even from the same
 * address, keeps them out.
 */
export interface RateLimits {
  /**
   * A caller with the right token or signature, or one of whom none is asked.
   *
   * @param door - what the caller came through: limits of different doors are apart.
   * @throws {AppError} `rate_limited` with the time to wait.
   */
  admit(door: string, address: string): void;
  /**
   * A caller without the right token or signature, that was refused. Limited for each address, and for all of them together.
   *
   * @throws {AppError} `rate_limited` with the time to wait.
   */
  refuse(address: string): void;
}

/** Callers remembered; the one that was silent longest is evicted first. */
const MAX_CALLERS = 10_000;

/** Refused attempts of all addresses together: so many times those of one. */
const REFUSED_FACTOR = 10;

export function createRateLimits(options: RateLimitOptions = {}): RateLimits {
  const perSecond = options.perSecond ?? 20;
  const burst = options.burst ?? 100;
  const now = options.now ?? (() => performance.now());
  const admitted = createBuckets({ perSecond, burst, now });
  const refused = createBuckets({ perSecond, burst, now });
  const allRefused = createBuckets({
    ...{ perSecond: perSecond * REFUSED_FACTOR, burst: burst * REFUSED_FACTOR, now },
  });
  return {
    admit(door, address) {
      throwIfLimited(
        admitted(`${door} ${callerKey(address)}`),
        "Too many requests from this address",
        perSecond,
      );
    },
    refuse(address) {
      throwIfLimited(
        refused(callerKey(address)),
        "Too many refused requests from this address",
        perSecond,
      );
      throwIfLimited(allRefused(""), "Too many refused requests", perSecond * REFUSED_FACTOR);
    },
  };
}

/** @param waitMs - until the next request; `null`: it is not limited. */
function throwIfLimited(waitMs: number | null, what: string, perSecond: number): void {
  if (waitMs === null) return;
  throw new AppError({
    code: "rate_limited",
    message: `${what}: at most ${perSecond} per second. Wait a moment.`,
    retryable: true,
    retryAfterMs: waitMs,
  });
}

/** A token bucket for each key; gives the milliseconds until the next token, `null` if there was one. */
function createBuckets(options: Required<RateLimitOptions>): (key: string) => number | null {
  const { perSecond, burst, now } = options;
  const buckets = new LruMap<string, { readonly tokens: number; readonly at: number }>(MAX_CALLERS);
  return (key) => {
    const at = now();
    const before = buckets.get(key) ?? { tokens: burst, at };
    const tokens = Math.min(burst, before.tokens + ((at - before.at) / 1000) * perSecond);
    buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    return tokens >= 1 ? null : Math.ceil(((1 - tokens) / perSecond) * 1000);
  };
}

/** One IPv6 subscriber has a whole /64, so the first four groups identify the caller. */
function callerKey(address: string): string {
  if (!address.includes(":") || address.toLowerCase().startsWith("::ffff:")) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  return [...left, ...zeros, ...right].slice(0, 4).join(":");
}
