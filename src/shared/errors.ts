import type { JsonObject } from "./json.ts";
import { omitUndefined } from "./omit-undefined.ts";

/**
 * Every error code, with whose fault it is: the requesting `user`, the `author` of the workflow,
 * the `operator` of the bot, an `outside` system, or the bot itself (`internal`). Codes are never
 * renamed once released; `docs/errors.md` has an entry for each.
 */
const FAULTS = {
  config_invalid: "operator",
  store_locked: "operator",
  store_unavailable: "operator",
  store_conflict: "internal",
  store_newer: "operator",
  definition_invalid: "author",
  definition_conflict: "author",
  workflow_not_found: "user",
  version_not_found: "user",
  workflow_changed: "user",
  workflow_archived: "user",
  trigger_not_found: "user",
  event_not_found: "user",
  trigger_paused: "user",
  template_not_found: "user",
  prompt_not_found: "user",
  execution_not_found: "user",
  job_not_found: "user",
  execution_ambiguous: "user",
  execution_finished: "user",
  execution_under_way: "user",
  effect_done: "user",
  effect_in_doubt: "user",
  migration_refused: "user",
  request_not_found: "user",
  draft_not_found: "user",
  description_unclear: "user",
  command_invalid: "user",
  input_invalid: "user",
  not_allowed: "user",
  json_malformed: "user",
  body_too_large: "user",
  file_too_large: "user",
  file_not_found: "user",
  file_expired: "user",
  files_full: "operator",
  route_not_found: "user",
  method_not_allowed: "user",
  token_invalid: "user",
  token_not_found: "user",
  scope_missing: "user",
  rate_limited: "user",
  media_type_refused: "user",
  key_reused: "user",
  request_under_way: "user",
  prompt_invalid: "author",
  template_missing: "author",
  template_invalid: "author",
  expression_invalid: "author",
  expression_failed: "author",
  route_missing: "author",
  not_released: "user",
  limit_exceeded: "author",
  run_too_large: "author",
  cost_cap_reached: "author",
  budget_exhausted: "operator",
  params_invalid: "author",
  credential_missing: "operator",
  credential_not_allowed: "operator",
  credential_wrong_host: "author",
  credential_store_off: "operator",
  credential_not_found: "user",
  credential_not_stored: "user",
  credential_in_use: "user",
  step_failed: "author",
  step_timeout: "outside",
  outcome_unknown: "outside",
  attempt_ended_process: "internal",
  model_rate_limited: "outside",
  model_unavailable: "outside",
  model_breaker_open: "outside",
  model_rejected: "operator",
  model_refused: "outside",
  model_output_invalid: "outside",
  generation_failed: "outside",
  service_unavailable: "outside",
  service_breaker_open: "outside",
  service_rejected: "author",
  slack_unavailable: "outside",
  slack_limited: "outside",
  slack_rejected: "author",
  internal: "internal",
} as const satisfies Record<string, Fault>;

export type Fault = "user" | "author" | "operator" | "outside" | "internal";
export type ErrorCode = keyof typeof FAULTS;

/** All codes, for the test that compares them with `docs/errors.md`. */
export const ERROR_CODES: readonly string[] = Object.keys(FAULTS);

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(FAULTS, code);
}

/** Whose fault an error with this code is. */
export function faultOf(code: ErrorCode): Fault {
  return FAULTS[code];
}

export interface AppErrorOptions {
  readonly code: ErrorCode;
  /**
   * One or two sentences that any person may see: what happened and what to do. No secret, no
   * stack.
   */
  readonly message: string;
  /** Whether the same call may succeed later. @default false */
  readonly retryable?: boolean;
  /** Whether the effect may have happened (a reset after sending, a time-out). @default false */
  readonly outcomeUnknown?: boolean;
  /** Milliseconds that the other side demands to wait. */
  readonly retryAfterMs?: number;
  /** For the log only; never shown. */
  readonly details?: JsonObject;
  readonly cause?: unknown;
}

/** The one error class: callers branch on `code` and `retryable`, people see `message`. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly outcomeUnknown: boolean;
  readonly retryAfterMs: number | undefined;
  readonly details: JsonObject;

  constructor(options: AppErrorOptions) {
    // Messages quote what people wrote, cut at any place: half a character of it must not be stored or shown.
    super(
      options.message.toWellFormed(),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.outcomeUnknown = options.outcomeUnknown ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details ?? {};
  }

  /** The same error in other words. */
  withMessage(message: string): AppError {
    const { code, retryable, outcomeUnknown, retryAfterMs, details, cause } = this;
    const same = { code, retryable, outcomeUnknown, details, cause };
    return new AppError({ ...same, message, ...omitUndefined({ retryAfterMs }) });
  }
}

/** Narrows to an {@link AppError}, optionally of one code. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}

/**
 * Wraps what was thrown, once, at a boundary. Anything but an AppError becomes `internal`, with a
 * neutral message.
 */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError({
    code: "internal",
    message: "Something went wrong on our side. The operator finds the details in the log.",
    cause: error,
  });
}
