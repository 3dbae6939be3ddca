import { setTimeout as delay } from "node:timers/promises";
import type { CallLog, Outcome } from "./call-log.ts";

/** Refusals after which a burst ends early: what there is to learn is known. */
const MOST_LIMITED = 3;
/** The longest pause that is kept; a longer one ends the burst. */
const LONGEST_PAUSE_MS = 30_000;

/** What a method took in a row, and when it was refused. */
export interface BurstFigures {
  readonly calls: number;
  readonly accepted: number;
  /** Calls that were accepted before the first was refused; `null`: none was refused. */
  readonly acceptedAtOnce: number | null;
  /** What each refusal demanded to wait. */
  readonly retryAfterMs: readonly number[];
  /** From the first call to the end of the last, pauses included. */
  readonly ms: number;
}

/**
 * Makes calls one after the other without a pause, but for those that Slack demands. Ends early
 * after three of them, at an error, or when the signal aborts.
 */
export async function burst<T>(
  count: number,
  method: string,
  log: CallLog,
  signal: AbortSignal,
  call: (index: number) => Promise<T>,
): Promise<{ readonly figures: BurstFigures; readonly answers: readonly T[] }> {
  const startedAt = performance.now();
  const answers: T[] = [];
  const retryAfterMs: number[] = [];
  let acceptedAtOnce: number | null = null;
  let calls = 0;
  while (calls < count && retryAfterMs.length < MOST_LIMITED && !signal.aborted) {
    const outcome: Outcome<T> = await log.time(method, () => call(calls));
    calls += 1;
    if (outcome.kind === "failed") break;
    if (outcome.kind === "ok") {
      answers.push(outcome.answer);
      continue;
    }
    acceptedAtOnce ??= answers.length;
    retryAfterMs.push(outcome.retryAfterMs);
    if (outcome.retryAfterMs > LONGEST_PAUSE_MS) break;
    await pause(outcome.retryAfterMs, signal);
  }
  const ms = Math.round(performance.now() - startedAt);
  return {
    figures: { calls, accepted: answers.length, acceptedAtOnce, retryAfterMs, ms },
    answers,
  };
}

/** A pause that ends early when the test does. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/**
 * Makes one call, and again after a pause that Slack demands: three times at most, so that a test
 * can tidy up behind itself.
 */
export async function persist<T>(
  method: string,
  log: CallLog,
  call: () => Promise<T>,
): Promise<Outcome<T>> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await log.time(method, call);
    if (outcome.kind !== "limited" || attempt === MOST_LIMITED) return outcome;
    if (outcome.retryAfterMs > LONGEST_PAUSE_MS) return outcome;
    await delay(outcome.retryAfterMs);
  }
}
