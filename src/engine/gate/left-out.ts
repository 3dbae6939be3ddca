import { type ErrorCode, isAppError } from "../../shared/errors.ts";

/** The errors of a directory that does not say who is in a group or a channel. */
const UNREAD: readonly ErrorCode[] = ["slack_unavailable", "slack_limited", "slack_rejected"];

/**
 * For lists, which leave out what cannot be checked: one group that cannot be read must not hide all the rest.
 *
 * @returns `false`. Throws on whatever else went wrong.
 */
export function leftOut(error: unknown): false {
  if (UNREAD.some((code) => isAppError(error, code))) return false;
  throw error;
}
