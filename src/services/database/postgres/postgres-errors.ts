import { AppError, isAppError } from "../../../shared/errors.ts";
import { type Json, readOwn } from "../../../shared/json.ts";
import { networkCode } from "../../../shared/network-error.ts";
import { beginningOf } from "../../../shared/shorten.ts";

/** Characters of a database's message that are quoted. */
const MAX_EXCERPT = 200;

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
  const state = sqlState(error);
  if (state === null || isLost(state)) {
    const code = state ?? networkCode(error);
    const why = code === null ? "" : ` (${code})`;
    return new AppError({
      code: "service_unavailable",
      message: committing
        ? `The connection to the database "${name}" was lost${why} while the change was being saved. Nobody knows whether it was.`
        : `The database "${name}" cannot be reached${why}; nothing was changed. The operator checks its URL.`,
      retryable: true,
      outcomeUnknown: committing,
      cause: error,
    });
  }
  const said = excerptOf(error, failed.values);
  if (/^(?:28|3D)/.test(state)) {
    return new AppError({
      code: "service_rejected",
      message: `The database "${name}" does not let the bot in (${state}). The operator checks its URL: user, password and name of the database.`,
      cause: error,
    });
  }
  const retryable = /^(?:40|53|55P03|57)/.test(state);
  return new AppError({
    code: retryable ? "service_unavailable" : "service_rejected",
    message: `The database "${name}" refused the query (${state}): ${said}`,
    retryable,
    cause: error,
  });
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
 * completion unknown. Not 08P01, which is a wrong number of values.
 */
function isLost(state: string): boolean {
  return /^(?:08(?!P01)|57P0[123]|40003)/.test(state);
}

/** The database's message without the values, which it quotes after a colon. */
function excerptOf(error: unknown, values: readonly Json[]): string {
  let text = error instanceof Error ? error.message : "";
  text = text.replace(/: ".*$/s, "");
  for (const value of values) {
    const written = typeof value === "string" ? value : JSON.stringify(value);
    if (written.length >= MIN_VALUE_LENGTH) text = text.replaceAll(written, "…");
  }
  return `${beginningOf(text.replaceAll(/\s+/g, " ").trim(), MAX_EXCERPT)}.`;
}
