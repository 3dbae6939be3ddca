import { setTimeout } from "node:timers/promises";
import { type AppError, asAppError } from "../../shared/errors.ts";

const FIRST_PAUSE_MS = 250;

export interface RetryOptions {
  /** @default 2 */
  readonly retries?: number;
  /** @default 10000 */
  readonly maxWaitMs?: number;
}

/**
 * Does something again that was not served: after what the bot asks for (`Retry-After`), else after a pause that doubles.
 *
 * @param isRepeatable - a repeat does no harm even if the first was done. Otherwise only what was refused for its rate is repeated, since
 * nothing was done then.
 * @throws {AppError} the last error.
 */
export async function withRetries<T>(
  { retries = 2, maxWaitMs = 10_000 }: RetryOptions,
  isRepeatable: boolean,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (thrown) {
      const error = asAppError(thrown);
      const waitMs = error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** attempt;
      if (attempt >= retries || waitMs > maxWaitMs || !mayRepeat(error, isRepeatable)) throw error;
      await setTimeout(waitMs);
    }
  }
}

function mayRepeat(error: AppError, isRepeatable: boolean): boolean {
  if (error.details["status"] === 429) return true;
  // Where nothing listens, the address is wrong, or the bot is not running: waiting does not help.
  if (error.details["isRefused"] === true) return false;
  return isRepeatable && error.retryable;
}
