import type { ErrorCode } from "../../shared/errors.ts";

const UNTRIED: ReadonlySet<string> = new Set<ErrorCode>([
  "budget_exhausted",
  "slack_limited",
  "service_breaker_open",
  "model_breaker_open",
]);

/**
 * Does this error say that nothing was tried at all: no money for the call, no room for it within
 * Slack's limits, or a system that failed so often that it is left alone? Such an attempt counts against no retry policy; the step waits, however long that
 * takes.
 *
 * @param code - of an error, as it is stored.
 */
export function isUntried(code: string): boolean {
  return UNTRIED.has(code);
}

/**
 * Does this error say that a system is left alone for the moment because calls to it failed in a row? A step that has another way
 * (a fallback, or that it may be skipped) takes it at once; any other step waits.
 *
 * @param code - of an error, as it is stored.
 */
export function isLeftAlone(code: string): boolean {
  return code === "service_breaker_open" || code === "model_breaker_open";
}
