import { AppError, asAppError } from "../../shared/errors.ts";

/**
 * Primary result codes of SQLite (the low byte of `errcode`), as https://sqlite.org/rescode.html
 * numbers them.
 */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const TOOBIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;
const NOTADB = 26;

/** The primary result code of an error of SQLite; `null` for any other error. */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error)) return null;
  return typeof error.errcode === "number" ? error.errcode & 0xff : null;
}

/**
 * True if the error lies in what was written; false if the database itself could not do it, for
 * this or any other write.
 */
export function isOwnFault(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === null || code === TOOBIG || code === CONSTRAINT || code === MISMATCH;
}

/** True if another connection has the file locked. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === BUSY || code === LOCKED;
}

/**
 * What a caller of the store gets for an error of the driver: `store_unavailable` with what to do
 * about it; `internal` for what no operator can mend.
 *
 * @param name - what the message calls the database: its file.
 */
export function toStoreError(error: unknown, name: string): AppError {
  if (isOwnFault(error)) return asAppError(error);
  const code = sqliteCode(error);
  return new AppError({
    code: "store_unavailable",
    message: describe(code, name),
    retryable: code !== CORRUPT && code !== NOTADB,
    details: { sqliteCode: code },
    cause: error,
  });
}

function describe(code: number | null, name: string): string {
  switch (code) {
    case FULL:
      return `The disk that holds ${name} is full. Free some space; what was accepted so far is safe.`;
    case BUSY:
    case LOCKED:
      return `Another program is using ${name} and did not let go in time. Close it and try again.`;
    case READONLY:
      return `${name} cannot be written. Give the bot write access to the file and its folder.`;
    case CORRUPT:
    case NOTADB:
      return `${name} is damaged or is not a SQLite database. It was left as it is: restore it from a backup, or move it away to begin with an empty one.`;
    default:
      return `${name} cannot be read or written at the moment. Check that its folder exists, that the bot may write there, and that the disk is healthy.`;
  }
}
