import { AppError } from "../../shared/errors.ts";

export interface RateLimitOptions {
  /** Requests per second that a caller may make in the long run. @default 20 */
  readonly perSecond?: number;
  /** Requests that a caller may make at once after a pause. @default 100 */
  readonly burst?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** @throws {AppError} `rate_limited` with the time to wait, when the caller with this address is too fast. */
export type RateLimit = (address: string) => void;

/** Addresses remembered: beyond it the one that has been silent the longest is forgotten. */
const MAX_CALLERS = 10_000;

/** A token bucket per network address. */
export function createRateLimit(options: RateLimitOptions = {}): RateLimit {
  const perSecond = options.perSecond ?? 20;
  const burst = options.burst ?? 100;
  const now = options.now ?? (() => performance.now());
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();

  return (address) => {
    const key = callerKey(address);
    const at = now();
    const before = buckets.get(key) ?? { tokens: burst, at };
    const tokens = Math.min(burst, before.tokens + ((at - before.at) / 1000) * perSecond);
    // Deleting first moves the caller to the end: the map stays in order of the last request.
    buckets.delete(key);
    buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    if (buckets.size > MAX_CALLERS) forgetOldest(buckets);
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

function forgetOldest(buckets: Map<string, unknown>): void {
  const oldest = buckets.keys().next();
  if (oldest.done !== true) buckets.delete(oldest.value);
}

/** One IPv6 subscriber has a whole /64: its first four groups stand for the caller. */
function callerKey(address: string): string {
  if (!address.includes(":") || address.toLowerCase().startsWith("::ffff:")) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  return [...left, ...zeros, ...right].slice(0, 4).join(":");
}
