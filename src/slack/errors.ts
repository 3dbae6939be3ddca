import { ErrorCode } from "@slack/web-api";
import { AppError } from "../shared/errors.ts";
import { type JsonObject, readOwn } from "../shared/json.ts";
import { isNeverSent, networkCode } from "../shared/network-error.ts";
import { cut } from "./limits.ts";
import { type Help, refusalOf } from "./refusals.ts";

/** Wait when Slack limits a call without a time. */
const DEFAULT_RETRY_AFTER_MS = 30_000;

/** What an error of Slack's own looks like: `channel_not_found`. */
const SLACK_CODE = /^[A-Za-z][A-Za-z0-9_.:-]{0,79}$/;

/** Tokens, which no message and no log may hold. */
const TOKEN = /\bx(?:ox[a-z]|app)-[\w-]+/g;
/** Of what Slack says of a wrong call, so many remarks are given, and so many characters of each. */
const REMARKS = 3;
const REMARK_CHARS = 200;

/**
 * What a failed Web API call means for its caller.
 *
 * - `limited`: too many calls, nothing happened.
 * - `later`: Slack cannot do it at the moment, nothing happened.
 * - `unknown`: it may have happened (time-out, reset, an error of Slack's own).
 * - `unsent`: there was no connection, nothing happened.
 * - `refused`: Slack refused it; `code` is its error, `help` what helps. Nothing happened.
 */
export type SlackFailure =
  | { readonly kind: "limited"; readonly retryAfterMs: number }
  | { readonly kind: "unknown" | "unsent"; readonly code: string }
  | SlackDelay
  | SlackRefusal;

export interface SlackDelay {
  readonly kind: "later";
  readonly code: string;
  readonly says: null;
}

export interface SlackRefusal {
  readonly kind: "refused";
  readonly code: string;
  readonly help: Exclude<Help, "limited" | "later" | "unclear">;
  /** What Slack says beside the code: the scope that lacks, the block that is wrong. One sentence; `null`: nothing. */
  readonly says: string | null;
}

const CALL_ERRORS: ReadonlySet<unknown> = new Set(Object.values(ErrorCode));

/** Did the Web API client throw this? */
export function isCallError(error: unknown): boolean {
  return CALL_ERRORS.has(readOwn(error, "code"));
}

/** Sorts what the Web API client threw, by its codes, never by its text. */
export function toSlackFailure(error: unknown): SlackFailure {
  const code = readOwn(error, "code");
  if (code === ErrorCode.RateLimitedError) {
    return limited(Number(readOwn(error, "retryAfter")) * 1000);
  }
  if (code === ErrorCode.PlatformError) {
    return fromAnswer(readOwn(error, "data"));
  }
  if (code === ErrorCode.HTTPError) {
    const status = Number(readOwn(error, "statusCode"));
    if (status === 429) return limited(Number.NaN);
    if (status >= 500) return { kind: "unknown", code: `http_${status}` };
    return { kind: "refused", code: `http_${status}`, help: "admin", says: null };
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
        code: "slack_limited",
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
    case "later":
      return unavailable(`cannot do this at the moment, ${failure.code}`, doing, false, error);
    case "unsent":
      return unavailable(`cannot be reached, ${failure.code}`, doing, false, error);
    case "refused":
      return refused(failure, doing, error);
  }
}

function fromAnswer(answer: unknown): SlackFailure {
  const code = String(readOwn(answer, "error"));
  // The client takes a page of a proxy for an error, too.
  if (!SLACK_CODE.test(code)) return { kind: "unknown", code: "no_slack_answer" };
  const { help } = refusalOf(code);
  switch (help) {
    case "limited":
      return limited(Number.NaN);
    case "later":
      return { kind: "later", code, says: null };
    case "unclear":
      return { kind: "unknown", code };
    default:
      return { kind: "refused", code, help, says: readRemarks(answer) };
  }
}

/** What lacks, or what is wrong: https://docs.slack.dev/apis/web-api/ has `needed` and `response_metadata.messages`. */
function readRemarks(answer: unknown): string | null {
  const needed = readOwn(answer, "needed");
  if (typeof needed === "string" && needed !== "") {
    return `It needs the scope ${clean(needed, REMARK_CHARS)}.`;
  }
  const remarks = [
    ...toTexts(readOwn(readOwn(answer, "response_metadata"), "messages")),
    ...toTexts(readOwn(answer, "errors")),
  ];
  const known = [...new Set(remarks)].slice(0, REMARKS);
  if (known.length === 0) return null;
  return `Slack says: ${known.map((remark) => clean(remark, REMARK_CHARS)).join("; ")}.`;
}

function toTexts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((text) => typeof text === "string") : [];
}

/** `[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text]`: without what only looks technical. */
function clean(remark: string, most: number): string {
  return cut(
    remark
      .replace(TOKEN, "…")
      .replace(/^\[(?:ERROR|WARN)\]\s*/, "")
      .replace(/\[json-pointer:([^\]]*)\]/g, "at $1")
      .replace(/\s+/g, " ")
      .trim(),
    most,
  );
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

function refused({ code, says }: SlackRefusal, doing: string, cause: unknown): AppError {
  const parts = [`Slack refused ${doing} (${code}).`, says, refusalOf(code).remedy];
  return new AppError({
    code: "slack_rejected",
    message: parts.filter((part) => part !== null).join(" "),
    details: { slackError: code, ...scopesOf(cause) },
    cause,
  });
}

/** For the log: what the app has, beside what it needs. */
function scopesOf(error: unknown): JsonObject {
  const answer = readOwn(error, "data");
  return Object.fromEntries(
    ["needed", "provided"].flatMap((name) => {
      const list = readOwn(answer, name);
      return typeof list === "string" ? [[name, list] as const] : [];
    }),
  );
}
