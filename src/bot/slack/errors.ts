import { ErrorCode } from "@slack/web-api";
import { AppError } from "../../errors.ts";
import { readOwn } from "../../json.ts";

/**
 * What a failed Web API call means for the one who made it.
 *
 * - `limited`: refused for now, nothing happened.
 * - `unknown`: nobody can say whether it happened (time-out, reset, an error of Slack's own).
 * - `refused`: Slack said no; `code` is its error. Nothing happened.
 */
export type SlackFailure =
  | { readonly kind: "limited"; readonly retryAfterMs: number }
  | { readonly kind: "unknown"; readonly code: string }
  | { readonly kind: "refused"; readonly code: string };

/** Wait when Slack limits a call and does not say for how long. */
const DEFAULT_RETRY_AFTER_MS = 30_000;

/** Errors in an answer of Slack's that tell nothing about whether the work was done. */
const SLACK_TROUBLE = new Set([
  "fatal_error",
  "internal_error",
  "request_timeout",
  "service_unavailable",
  "team_added_to_org",
]);

/** Sorts what the Web API client threw, by its codes, never by its text. */
export function toSlackFailure(error: unknown): SlackFailure {
  const code = readOwn(error, "code");
  if (code === ErrorCode.RateLimitedError) {
    const seconds = Number(readOwn(error, "retryAfter"));
    return limited(Number.isFinite(seconds) ? seconds * 1000 : DEFAULT_RETRY_AFTER_MS);
  }
  if (code === ErrorCode.PlatformError) {
    const answer = String(readOwn(readOwn(error, "data"), "error"));
    if (answer === "ratelimited" || answer === "rate_limited")
      return limited(DEFAULT_RETRY_AFTER_MS);
    return { kind: SLACK_TROUBLE.has(answer) ? "unknown" : "refused", code: answer };
  }
  if (code === ErrorCode.HTTPError) {
    const status = Number(readOwn(error, "statusCode"));
    if (status === 429) return limited(DEFAULT_RETRY_AFTER_MS);
    return { kind: status >= 500 ? "unknown" : "refused", code: `http_${status}` };
  }
  return { kind: "unknown", code: typeof code === "string" ? code : "no_answer" };
}

function limited(retryAfterMs: number): SlackFailure {
  return { kind: "limited", retryAfterMs: Math.max(retryAfterMs, 1000) };
}

/** Turns what the Web API client threw into an error that people may see. */
export function toSlackError(error: unknown, doing: string): AppError {
  const failure = toSlackFailure(error);
  if (failure.kind === "refused") {
    return new AppError({
      code: "slack_rejected",
      message: `Slack refused ${doing} (${failure.code}). Check the app's scopes and that it is installed in this workspace.`,
      cause: error,
    });
  }
  return new AppError({
    code: "slack_unavailable",
    message: `Slack did not answer while ${doing}. Try again in a moment.`,
    retryable: true,
    ...(failure.kind === "limited" ? { retryAfterMs: failure.retryAfterMs } : {}),
    cause: error,
  });
}
