import type { ErrorCode } from "../../shared/errors.ts";

const UNTRIED: ReadonlySet<string> = new Set<ErrorCode>(["budget_exhausted", "slack_limited"]);

/**
 * Does this error say that nothing was tried at all: no money for the call, or no room for it within
 * Slack's limits? Such an attempt counts against no retry policy; the step waits, however long that
 * takes.
 *
 * @param code - of an error, as it is stored.
 */
export function isUntried(code: string): boolean {
  return UNTRIED.has(code);
}
