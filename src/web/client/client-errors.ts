import { AppError, isErrorCode } from "../../shared/errors.ts";
import { isJsonObject, type JsonObject, toJson } from "../../shared/json.ts";
import { ErrorBody } from "../open-api/answers.ts";

/**
 * An error that the bot answered with, under its code. `details` has what it says besides: `status`, `problems`, `warnings`, the place in
 * malformed JSON.
 */
export function toError(body: unknown, { status, headers }: Response): AppError {
  const { data } = ErrorBody.safeParse(body);
  const retryAfterMs = retryAfterOf(headers);
  const { error = `The bot answered with ${status}, and not with an error of its own.` } =
    data ?? {};
  const { error: _, code: __, ...details } = data ?? {};
  return new AppError({
    code: data !== undefined && isErrorCode(data.code) ? data.code : "service_rejected",
    message: error,
    retryable: status === 429 || status === 503,
    ...(retryAfterMs !== null && { retryAfterMs }),
    details: { ...toJsonObject(details), status },
  });
}

function toJsonObject(value: object): JsonObject {
  const json = toJson(value);
  return isJsonObject(json) ? json : {};
}

/** Seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after). */
function retryAfterOf(headers: Headers): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(ms, 0);
}

/** There was no answer. `details.status` is 0; `details.isRefused`: nothing listens there, so nothing was done. */
export function notReached(url: string, cause: unknown): AppError {
  const isRefused = /ECONNREFUSED|ENOTFOUND/.test(codeOf(cause));
  return new AppError({
    code: "service_unavailable",
    message: `The bot does not answer at ${url}. Is it running, and is the address right?`,
    retryable: true,
    outcomeUnknown: !isRefused,
    details: { status: 0, isRefused },
    cause,
  });
}

/** Of an error of the system, which `fetch` hands on as the cause of its own. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const own = "code" in error && typeof error.code === "string" ? error.code : "";
  const inner = error instanceof AggregateError ? error.errors.map(codeOf).join(" ") : "";
  return `${own} ${inner} ${codeOf(error.cause)}`;
}

/** An answer that is not of the declared shape. */
export function notUnderstood(why: string, details: { readonly status?: number }): AppError {
  return new AppError({
    code: "service_rejected",
    message: `The bot answered with what this version does not know. ${why}`,
    details,
  });
}
