import { ErrorCode } from "@slack/web-api";
import { AppError } from "../shared/errors.ts";
import { readOwn } from "../shared/json.ts";
import { isNeverSent, networkCode } from "../shared/network-error.ts";

/** Wait when Slack limits a call without a time. */
const DEFAULT_RETRY_AFTER_MS = 30_000;

/** Errors after which it is unknown whether the work was done. */
const SLACK_TROUBLE = new Set([
  "fatal_error",
  "internal_error",
  "request_timeout",
  "service_unavailable",
  "team_added_to_org",
]);

/** What an error of Slack's own looks like: `channel_not_found`. */
const SLACK_CODE = /^[A-Za-z][A-Za-z0-9_.:-]{0,79}$/;

const REINSTALL = "The operator installs the app anew and sets SLACK_BOT_TOKEN.";

/** What to do about a refusal, by Slack's error code. */
const REMEDIES: Readonly<Record<string, string>> = {
  channel_not_found:
    "There is no such channel, or it is private and the bot is not in it: check the name, and invite the bot there.",
  not_in_channel: "Invite the bot to the channel: type /invite and its name there.",
  is_archived: "The channel is archived: name another one.",
  restricted_action: "The workspace does not let apps post there.",
  user_not_found: "There is no such person in this workspace.",
  cannot_dm_bot: "A bot cannot be written to.",
  thread_not_found: 'There is no such thread: check "threadTs".',
  invalid_blocks: 'Slack does not accept "blocks": check them in the Block Kit Builder.',
  invalid_blocks_format: 'Slack does not accept "blocks": give a list of Block Kit objects.',
  msg_too_long: "The message is too long: shorten it.",
  no_text: 'The message is empty: fill in "message".',
  missing_scope: "The app lacks a scope: compare its scopes with manifest.yml and install it anew.",
  invalid_auth: REINSTALL,
  not_authed: REINSTALL,
  account_inactive: REINSTALL,
  token_revoked: REINSTALL,
  token_expired: REINSTALL,
};

/**
 * What a failed Web API call means for its caller.
 *
 * - `limited`: refused for now, nothing happened.
 * - `unknown`: it may have happened (time-out, reset, an error of Slack's own).
 * - `unsent`: there was no connection, nothing happened.
 * - `refused`: Slack refused it; `code` is its error. Nothing happened.
 */
export type SlackFailure =
  | { readonly kind: "limited"; readonly retryAfterMs: number }
  | { readonly kind: "unknown" | "unsent" | "refused"; readonly code: string };

/** Sorts what the Web API client threw, by its codes, never by its text. */
export function toSlackFailure(error: unknown): SlackFailure {
  const code = readOwn(error, "code");
  if (code === ErrorCode.RateLimitedError) {
    return limited(Number(readOwn(error, "retryAfter")) * 1000);
  }
  if (code === ErrorCode.PlatformError) {
    return fromAnswer(String(readOwn(readOwn(error, "data"), "error")));
  }
  if (code === ErrorCode.HTTPError) {
    const status = Number(readOwn(error, "statusCode"));
    if (status === 429) return limited(Number.NaN);
    return { kind: status >= 500 ? "unknown" : "refused", code: `http_${status}` };
  }
  const network = networkCode(readOwn(error, "original"));
  const isUnsent = network !== null && isNeverSent(network);
  return { kind: isUnsent ? "unsent" : "unknown", code: network ?? "no_answer" };
}

/**
 * Turns what the Web API client threw into an error that people may see.
 *
 * @param doing - what was tried: `posting to #general`.
 */
export function toSlackError(error: unknown, doing: string): AppError {
  const failure = toSlackFailure(error);
  switch (failure.kind) {
    case "limited":
      return new AppError({
        code: "slack_unavailable",
        message: `Slack takes no more requests at the moment (${doing}).`,
        retryable: true,
        retryAfterMs: failure.retryAfterMs,
        cause: error,
      });
    case "unknown":
      return unavailable(
        failure.code === "no_answer"
          ? "did not answer"
          : `did not answer properly: ${failure.code}`,
        doing,
        true,
        error,
      );
    case "unsent":
      return unavailable(`cannot be reached, ${failure.code}`, doing, false, error);
    case "refused":
      return refused(failure.code, doing, error);
  }
}

function fromAnswer(code: string): SlackFailure {
  if (code === "ratelimited" || code === "rate_limited") return limited(Number.NaN);
  // The client takes a page of a proxy for an error, too.
  if (!SLACK_CODE.test(code)) return { kind: "unknown", code: "no_slack_answer" };
  return { kind: SLACK_TROUBLE.has(code) ? "unknown" : "refused", code };
}

function limited(retryAfterMs: number): SlackFailure {
  const known = Number.isFinite(retryAfterMs) ? retryAfterMs : DEFAULT_RETRY_AFTER_MS;
  return { kind: "limited", retryAfterMs: Math.max(known, 1000) };
}

function unavailable(
  what: string,
  doing: string,
  outcomeUnknown: boolean,
  cause: unknown,
): AppError {
  return new AppError({
    code: "slack_unavailable",
    message: `Slack ${what} (${doing}).`,
    retryable: true,
    outcomeUnknown,
    cause,
  });
}

function refused(answer: string, doing: string, cause: unknown): AppError {
  const remedy = Object.hasOwn(REMEDIES, answer) ? REMEDIES[answer] : undefined;
  return new AppError({
    code: "slack_rejected",
    message: `Slack refused ${doing} (${answer}). ${remedy ?? "Check the step's parameters and the app's scopes."}`,
    cause,
  });
}
