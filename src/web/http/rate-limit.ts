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
 * @throws {AppError} `rate_limited` with the time to wait, when the caller with this address is too
 *   fast.
 */
export type RateLimit = (address: string) => void;

/** Callers remembered; the one that was silent longest is evicted first. */
const MAX_CALLERS = 10_000;

/** A token bucket per network address. */
export function createRateLimit(options: RateLimitOptions = {}): RateLimit {
  const perSecond = options.perSecond ?? 20;
  const burst = options.burst ?? 100;
  const now = options.now ?? (() => performance.now());
  const buckets = new LruMap<string, { readonly tokens: number; readonly at: number }>(MAX_CALLERS);

  return (address) => {
    const key = callerKey(address);
    const at = now();
    const before = buckets.get(key) ?? { tokens: burst, at };
    const tokens = Math.min(burst, before.tokens + ((at - before.at) / 1000) * perSecond);
    buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    if (tokens >= 1) return;
    const retryAfterMs = Math.ceil(((1 - tokens) / perSecond) * 1000);
    throw new AppError({
      code: "rate_limited",
      message: `Too many requests from this address: at most ${perSecond} per second. Wait a moment.`,
      retryable: true,
      retryAfterMs,
    });
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
