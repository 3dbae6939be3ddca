import { isAppError } from "../../shared/errors.ts";
import { type Clock, pause } from "../ports/clock.ts";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/**
 * Asks the store again as long as it is away: every method may be repeated with the same ids. The pauses between are 200 ms at
 * first and double, up to 5 s.
 *
 * @param isOver - nobody wants the answer any more: `store_unavailable` is thrown then, too. Asked after each failure.
 * @throws {AppError} what the store throws besides `store_unavailable`.
 */
export async function retryWhileUnavailable<T>(
  clock: Clock,
  ask: () => Promise<T>,
  isOver: () => boolean,
): Promise<T> {
  for (let delay = FIRST_PAUSE_MS; ; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
    try {
      return await ask();
    } catch (error) {
      if (!isAppError(error, "store_unavailable") || isOver()) throw error;
      await pause(clock, delay);
    }
  }
}
