import { AppError, isAppError } from "../../../shared/errors.ts";
import { type Json, readOwn } from "../../../shared/json.ts";
import { networkCode } from "../../../shared/network-error.ts";

/** Characters of a database's message that are quoted. */
const MAX_EXCERPT = 200;

/** Values shorter than this are not looked for in messages: `1` is in many. */
const MIN_VALUE_LENGTH = 3;

/** What was going on when the error came. */
export interface Failed {
  readonly name: string;
  readonly values: readonly Json[];
  /** The end of the transaction was on its way: it may or may not have come through. */
  readonly committing: boolean;
}

/** Turns what the driver threw into an error that says whether the statement may have had its effect. */
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

/** Five characters of the standard's codes; what the system calls its errors is longer or shorter. */
function sqlState(error: unknown): string | null {
  const code = readOwn(error, "code");
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && readOwn(error, "severity")
    ? code
    : null;
}

/**
 * The server ends the connection: 08 by a fault, 57P by being stopped; 40003: it does not know itself how it ended. 08P01 is
 * none of those: the number of values is wrong.
 */
function isLost(state: string): boolean {
  return /^(?:08(?!P01)|57P0[123]|40003)/.test(state);
}

/** The database's own words without the values: it quotes those that do not fit behind a colon. */
function excerptOf(error: unknown, values: readonly Json[]): string {
  let text = error instanceof Error ? error.message : "";
  text = text.replace(/: ".*$/s, "");
  for (const value of values) {
    const written = typeof value === "string" ? value : JSON.stringify(value);
    if (written.length >= MIN_VALUE_LENGTH) text = text.replaceAll(written, "…");
  }
  return `${text.replaceAll(/\s+/g, " ").trim().slice(0, MAX_EXCERPT)}.`;
}
