import { AppError, isAppError } from "../../../shared/errors.ts";
import { type Json, readOwn } from "../../../shared/json.ts";
import { networkCode } from "../../../shared/network-error.ts";
import { beginningOf } from "../../../shared/shorten.ts";
import { tooMuch } from "../row-collector.ts";
import { MAX_MESSAGE_BYTES, MessageTooLargeError } from "./message-limit.ts";

/** Characters of a database's message that are quoted. */
const MAX_EXCERPT = 200;

/** Characters of a message that are read before white space in it becomes one space. */
const MAX_READ = 5 * MAX_EXCERPT;

/** Shorter values are not removed from messages: `1` occurs in many. */
const MIN_VALUE_LENGTH = 3;

/** The query that failed. */
export interface Failed {
  readonly name: string;
  readonly values: readonly Json[];
  /** COMMIT was sent: it may or may not have been executed. */
  readonly committing: boolean;
}

/**
 * Turns what the driver threw into an error that says whether the statement may have had its
 * effect.
 */
export function toPostgresError(error: unknown, failed: Failed): AppError {
  if (isAppError(error)) return error;
  const { name, committing } = failed;
  if (error instanceof MessageTooLargeError && !committing) {
    return tooMuch(`a row of more than ${MAX_MESSAGE_BYTES / 1_000_000} MB`);
  }
  const state = sqlState(error);
  if (state !== null && !isLost(state, error)) return refusal(state, error, failed);
  if (!committing) return unreachable(error, name);
  const code = state ?? networkCode(error);
  const why = code === null ? "" : ` (${code})`;
  return new AppError({
    code: "service_unavailable",
    message: `The connection to the database "${name}" was lost${why} while the change was being saved. It is not known whether it was.`,
    retryable: true,
    outcomeUnknown: true,
    cause: error,
  });
}

/** Turns what the driver threw while it connected into an error that says what refuses the bot, and why. */
export function toConnectError(error: unknown, name: string): AppError {
  const state = sqlState(error);
  const text = error instanceof Error ? error.message : "";
  const said = excerptOf(error, []);
  if (state === null) {
    const problem = /^SASL\b|password/.test(text)
      ? lockedOut(name, "no usable password")
      : /does not support SSL/.test(text)
        ? `The database "${name}" does not speak TLS. The operator removes "sslmode" and "ssl" from its URL, or turns TLS on there.`
        : isUntrusted(error)
          ? `The certificate of the database "${name}" is not trusted (${networkCode(error)}). The operator checks "sslmode" and "sslrootcert" in its URL, and the host's name.`
          : null;
    return problem === null ? unreachable(error, name) : rejected(problem, error);
  }
  if (/unsupported startup parameter/i.test(text)) {
    return rejected(
      `The pool or server of the database "${name}" refuses a start-up parameter of the connection: ${said} The operator removes it from the connection's URL, or has the pool ignore it (ignore_startup_parameters of PgBouncer).`,
      error,
    );
  }
  if (/^(?:28|3D)/.test(state)) return rejected(lockedOut(name, state), error);
  if (/^(?:08|53|57)/.test(state)) return unreachable(error, name);
  return rejected(
    `The database "${name}" refused the connection (${state}): ${said} The operator checks the parameters in its URL.`,
    error,
  );
}

/** Node's codes for certificates, https://nodejs.org/api/tls.html#x509-certificate-error-codes. */
function isUntrusted(error: unknown): boolean {
  return /CERT|UNABLE_TO_|^ERR_TLS_/.test(networkCode(error) ?? "");
}

function refusal(state: string, error: unknown, { name, values }: Failed): AppError {
  const retryable = /^(?:40|53|55P03|57)/.test(state);
  return new AppError({
    code: retryable ? "service_unavailable" : "service_rejected",
    message: `The database "${name}" refused the query (${state}): ${excerptOf(error, values)}`,
    retryable,
    // A deadlock or a lock that others hold: it is there, and others are served.
    details: { answered: /^(?:40|55)/.test(state) },
    cause: error,
  });
}

/** What a pool says that will be the same the next time. */
const POOL_REFUSAL =
  /does not exist|no such (?:user|database)|authentication failed|auth failed|statement pooling mode/i;

/** What the server or a pool before it said at the end of the connection, if it did. */
function unreachable(error: unknown, name: string): AppError {
  const state = sqlState(error);
  const said = excerptOf(error, []);
  // A pool has one code for all that it says itself, https://www.pgbouncer.org/usage.html.
  if (state === "08P01" && POOL_REFUSAL.test(said)) {
    const problem = `The pool before the database "${name}" refuses the bot: ${said} The operator checks the connection's URL, and the mode of the pool: session or transaction.`;
    return rejected(problem, error);
  }
  const code = networkCode(error);
  const message =
    state === null
      ? `The database "${name}" cannot be reached${code === null ? "" : ` (${code})`}; nothing was changed. The operator checks its URL.`
      : `The database "${name}" is not available (${state}); nothing was changed. It says: ${said}`;
  return new AppError({ code: "service_unavailable", message, retryable: true, cause: error });
}

function lockedOut(name: string, why: string): string {
  return `The database "${name}" does not let the bot in (${why}). The operator checks its URL: user, password and name of the database.`;
}

function rejected(message: string, cause: unknown): AppError {
  return new AppError({ code: "service_rejected", message, cause });
}

/** A five-character code of the SQL standard; the codes of system errors are longer or shorter. */
function sqlState(error: unknown): string | null {
  const code = readOwn(error, "code");
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && readOwn(error, "severity")
    ? code
    : null;
}

/**
 * Whether the server ended the connection: 08 connection failure, 57P shutdown, 40003 statement
 * completion unknown. A pool says 08P01 when it does, of which the severity is FATAL; otherwise that
 * is a violation of the protocol.
 */
function isLost(state: string, error: unknown): boolean {
  if (state === "08P01") return readOwn(error, "severity") === "FATAL";
  return /^(?:08|57P0[123]|40003)/.test(state);
}

/** The database's message without the values, which it quotes after a colon. */
function excerptOf(error: unknown, values: readonly Json[]): string {
  const message = error instanceof Error ? error.message : "";
  const text = withoutValues(message.replace(/: ".*$/s, ""), values);
  return `${beginningOf(text.replaceAll(/\s+/g, " ").trim(), MAX_EXCERPT)}.`;
}

/** The beginning of a text with `…` in place of values, the longest where several begin. A text and a value may both have megabytes. */
function withoutValues(text: string, values: readonly Json[]): string {
  const written = new Set(values.flatMap((value) => [JSON.stringify(value), ...textsIn(value)]));
  const byStart = Map.groupBy(
    [...written].filter(({ length }) => length >= MIN_VALUE_LENGTH),
    (one) => one.slice(0, MIN_VALUE_LENGTH),
  );
  let shown = "";
  for (let at = 0; at < text.length && shown.length < MAX_READ; ) {
    const candidates = byStart.get(text.slice(at, at + MIN_VALUE_LENGTH)) ?? [];
    const length = candidates.reduce(
      (most, one) => (one.length > most && text.startsWith(one, at) ? one.length : most),
      0,
    );
    shown += length > 0 ? "…" : text.charAt(at);
    at += length > 0 ? length : 1;
  }
  return shown;
}

/** The texts that a value is made of. */
function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
