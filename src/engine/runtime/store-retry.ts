import { isAppError } from "../../shared/errors.ts";
import { type Clock, pause } from "../ports/clock.ts";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/**
 * Repeats a call of the store while it is unavailable: every method may be repeated with the same ids. The pauses between are 200 ms
 * at first and double, up to 5 s.
 *
 * @param isOver - the caller needs no answer any more: `store_unavailable` is thrown then, too. Checked after each failure.
 * @throws {AppError} what the store throws besides `store_unavailable`.
 */
export async function retryWhileUnavailable<T>(
  clock: Clock,
  call: () => Promise<T>,
  isOver: () => boolean,
): Promise<T> {
  for (let delay = FIRST_PAUSE_MS; ; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
    try {
      return await call();
    } catch (error) {
      if (!isAppError(error, "store_unavailable") || isOver()) throw error;
      await pause(clock, delay);
    }
  }
}
