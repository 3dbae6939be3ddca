import { sha256 } from "../../../shared/hash.ts";
import type { RetryPolicy } from "../../definition/schema.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../../model/state.ts";

/**
 * What a step without a `retryPolicy` gets: three attempts in all, one second before the second.
 */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { maxRetries: 3, backoffMs: 1000 };

/** Doubling makes no pause longer than this; a `backoffMs` that is longer by itself stays as it is. */
const MAX_DOUBLED_MS = 15 * 60_000;

/**
 * Milliseconds between a failed attempt and the next: `backoffMs · 2^(attempt-1)`, doubled up to a
 * quarter of an hour, plus up to a quarter of jitter, so that executions that failed together do
 * not come back together; never shorter than `backoffMs`, nor than what the other side asked for.
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
  const { backoffMs } = policy;
  const backoff = Math.min(backoffMs * 2 ** (attempt - 1), Math.max(backoffMs, MAX_DOUBLED_MS));
  const jitter = fractionOf(`${key}:${attempt}`) * 0.25 * backoff;
  return Math.round(Math.max(backoff + jitter, retryAfterMs));
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

/**
 * When an attempt whose worker died may be begun again; `null`: its worker lives. The first time it
 * is at once, later with pauses that double and differ from step to step: of all that was under way
 * when a process died, one step may be the reason. Begun together each time, the others would die
 * with it until all of them are given up; apart, they get by.
 *
 * Pure: the difference is a hash of key and count.
 */
export function recoverableAt(state: ReadonlyState, activeStep: ReadonlyActiveStep): number | null {
  if (activeStep.phase !== "running" || activeStep.epoch >= state.epoch) return null;
  if (activeStep.recoveries === 0) return activeStep.begunAt;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (activeStep.recoveries - 1), LONGEST_PAUSE_MS);
  return (
    activeStep.begunAt +
    Math.round(pause * (0.5 + fractionOf(`${activeStep.key}:${activeStep.recoveries}`)))
  );
}

/** A number from 0 up to 1 that follows from the text and spreads evenly. */
function fractionOf(text: string): number {
  return sha256(text).readUInt32BE(0) / 2 ** 32;
}
