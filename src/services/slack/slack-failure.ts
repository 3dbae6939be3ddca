import { ErrorCode } from "@slack/web-api";
import { AppError } from "../../errors.ts";
import { readOwn } from "../../json.ts";
import { isNeverSent, networkCode } from "../network-error.ts";

/** Wait when Slack limits a call and does not say for how long. */
const DEFAULT_RETRY_AFTER_MS = 30_000;

/** Answers that tell nothing about whether the work was done. */
const SLACK_TROUBLE = new Set([
  "fatal_error",
  "internal_error",
  "request_timeout",
  "service_unavailable",
]);

const REINSTALL = "The operator installs the app anew and sets SLACK_BOT_TOKEN.";

/** What to do about Slack's refusals, by its error. */
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
 * Turns what the Web API client threw into an error that people may see.
 *
 * @param doing - what was tried: `posting to #general`.
 */
export function toSlackError(error: unknown, doing: string): AppError {
  const code = readOwn(error, "code");
  if (code === ErrorCode.RateLimitedError) {
    return limited(Number(readOwn(error, "retryAfter")) * 1000, doing, error);
  }
  if (code === ErrorCode.PlatformError) return toRefusal(error, doing);
  if (code === ErrorCode.HTTPError) {
    const status = Number(readOwn(error, "statusCode"));
    if (status === 429) return limited(Number.NaN, doing, error);
    return status >= 500
      ? unavailable(`answered with status ${status}`, doing, true, error)
      : refused(`http_${status}`, doing, error);
  }
  const cause = networkCode(readOwn(error, "original"));
  return cause !== null && isNeverSent(cause)
    ? unavailable(`cannot be reached (${cause})`, doing, false, error)
    : unavailable("did not answer", doing, true, error);
}

function toRefusal(error: unknown, doing: string): AppError {
  const answer = String(readOwn(readOwn(error, "data"), "error"));
  if (answer === "ratelimited" || answer === "rate_limited") {
    return limited(Number.NaN, doing, error);
  }
  return SLACK_TROUBLE.has(answer)
    ? unavailable(`answered ${answer}`, doing, true, error)
    : refused(answer, doing, error);
}

function limited(retryAfterMs: number, doing: string, cause: unknown): AppError {
  return new AppError({
    code: "slack_unavailable",
    message: `Slack takes no more requests at the moment (${doing}).`,
    retryable: true,
    retryAfterMs: Number.isFinite(retryAfterMs)
      ? Math.max(retryAfterMs, 1000)
      : DEFAULT_RETRY_AFTER_MS,
    cause,
  });
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
