import { asAppError } from "../../shared/errors.ts";

/** Slack sends an event again so often if it is not acknowledged: https://docs.slack.dev/apis/events-api#retries */
const LAST_REPEAT = 3;

/**
 * Leaves an event whose handling failed without acknowledgement, so that Slack sends it again: if what failed may succeed later, and this
 * was not the last time.
 *
 * @param repeat - which repeat this delivery is; absent or 0: it is the first.
 * @throws the error, then.
 */
export function throwIfWorthRepeating(error: unknown, repeat: number | undefined): void {
  if (asAppError(error).retryable && (repeat ?? 0) < LAST_REPEAT) throw error;
}
