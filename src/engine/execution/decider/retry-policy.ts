import { createHash } from "node:crypto";
import type { RetryPolicy } from "../../definition/schema.ts";

/** What a step without a `retryPolicy` gets: three attempts in all, one second before the second. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { maxRetries: 3, backoffMs: 1000 };

/** Longest pause that backoff alone leads to. */
const MAX_BACKOFF_MS = 15 * 60_000;

/** Longest pause that the other side's `Retry-After` is honored for. */
const MAX_RETRY_AFTER_MS = 60 * 60_000;

/**
 * Milliseconds between a failed attempt and the next: `backoffMs · 2^(attempt-1)` plus up to a quarter of jitter, so that
 * executions that failed together do not come back together; never shorter than what the other side asked for.
 *
 * Pure: the jitter is a hash of key and attempt, so the fold of a log gives the same times again.
 */
export function retryDelayMs(params: {
  readonly policy: RetryPolicy;
  readonly attempt: number;
  readonly key: string;
  readonly retryAfterMs?: number | undefined;
}): number {
  const { policy, attempt, key, retryAfterMs = 0 } = params;
  const backoff = Math.min(policy.backoffMs * 2 ** (attempt - 1), MAX_BACKOFF_MS);
  const hash = createHash("sha256").update(`${key}:${attempt}`).digest().readUInt32BE(0);
  const jitter = (hash / 2 ** 32) * 0.25 * backoff;
  return Math.round(Math.max(backoff + jitter, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)));
}
