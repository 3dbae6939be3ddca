import { type AppError, type ErrorCode, type Fault, faultOf } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject, readOwn } from "../../shared/json.ts";

/** Codes with a more specific status than that of their fault. */
const STATUS: { readonly [Code in ErrorCode]?: number } = {
  workflow_not_found: 404,
  workflow_archived: 409,
  trigger_not_found: 404,
  event_not_found: 404,
  trigger_paused: 503,
  version_not_found: 404,
  workflow_changed: 412,
  template_not_found: 404,
  prompt_not_found: 404,
  execution_not_found: 404,
  job_not_found: 404,
  request_not_found: 404,
  draft_not_found: 404,
  generation_failed: 422,
  route_not_found: 404,
  method_not_allowed: 405,
  definition_conflict: 409,
  execution_ambiguous: 409,
  execution_finished: 409,
  execution_under_way: 409,
  effect_done: 409,
  effect_in_doubt: 409,
  migration_refused: 409,
  body_too_large: 413,
  media_type_refused: 415,
  file_too_large: 413,
  file_not_found: 404,
  token_not_found: 404,
  credential_not_found: 404,
  credential_not_stored: 409,
  credential_in_use: 409,
  scope_missing: 403,
  file_expired: 410,
  files_full: 507,
  key_reused: 422,
  request_under_way: 409,
  rate_limited: 429,
  token_invalid: 401,
  not_allowed: 403,
  store_unavailable: 503,
  store_locked: 503,
};

/** HTTP status of an error. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? statusOfFault(faultOf(code));
}

function statusOfFault(fault: Fault): number {
  switch (fault) {
    case "user":
    case "author":
      return 400;
    case "operator":
    case "internal":
      return 500;
    case "outside":
      return 502;
  }
}

/**
 * An error as a response: `{error, code}`, with `problems` and `warnings` if there are any.
 *
 * @param reference - id of the request, included if the error was not the caller's fault.
 */
export function toErrorResponse(error: AppError, reference: string) {
  const status = statusOf(error.code);
  return {
    status,
    body: {
      error: error.message,
      code: error.code,
      ...shownDetails(error),
      ...(status >= 500 ? { reference } : {}),
    },
    headers: errorHeaders(error, status),
  };
}

/** Details are for the log; only these are shown to the caller. */
function shownDetails(error: AppError): JsonObject {
  const shown: Record<string, Json> = {};
  for (const name of [
    "problems",
    "warnings",
    "near",
    "nextVersion",
    "diff",
    "steps",
    "line",
    "column",
    "position",
  ]) {
    const value = readOwn(error.details, name);
    if (isShown(value)) shown[name] = value;
  }
  return shown;
}

function isShown(value: unknown): value is Json {
  return typeof value === "number" || Array.isArray(value) || isJsonObject(value);
}

function errorHeaders(error: AppError, status: number): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.retryAfterMs !== undefined)
    headers["Retry-After"] = String(Math.ceil(error.retryAfterMs / 1000));
  else if (status === 503) headers["Retry-After"] = "5";
  if (status === 401) headers["WWW-Authenticate"] = 'Bearer realm="heddle"';
  const allow = readOwn(error.details, "allow");
  if (typeof allow === "string") headers["Allow"] = allow;
  return headers;
}
