import { DatabaseSync } from "node:sqlite";
import { type ErrorCode, isAppError } from "../../../shared/errors.ts";
import { type Json, readNumber } from "../../../shared/json.ts";
import type { QueryResult } from "../database.ts";
import { type ResultLimits, tooMuch } from "../row-collector.ts";
import { runStatement } from "./sqlite-statement.ts";

/** The one argument, as JSON, of the process of a SQLite database. */
export interface SqliteFile {
  readonly path: string;
  readonly isReadOnly: boolean;
}

/** One statement to run. */
export interface SqliteQuery {
  readonly sql: string;
  readonly values: readonly Json[];
  readonly limits: ResultLimits;
}

/** The result of a query. */
export type SqliteResponse =
  | { readonly kind: "result"; readonly result: QueryResult }
  | {
      readonly kind: "error";
      /** Code of an AppError; `null`: an error of SQLite. */
      readonly code: ErrorCode | null;
      /** SQLite's error number. */
      readonly sqlite: number | null;
      readonly message: string;
    };

/** Milliseconds that a query waits for a lock of another process. */
const BUSY_MS = 5000;

/**
 * Bytes of one text or BLOB. SQLite refuses a longer one before it is read, also where the statement only computes with it; so it
 * is far more than a result may hold, and what this process can bear.
 */
const MAX_VALUE_BYTES = 50_000_000;

const LARGEST = `or reads a text or BLOB of more than ${MAX_VALUE_BYTES / 1_000_000} MB`;

/** SQLite's error for a text or BLOB that is longer. */
const SQLITE_TOOBIG = 18;

const file: SqliteFile = JSON.parse(process.argv[2] ?? "");
let database: DatabaseSync | null = null;

process.on("message", (query: SqliteQuery) => process.send?.(runQuery(query)));
process.on("disconnect", () => process.exit());

function runQuery({ sql, values, limits }: SqliteQuery): SqliteResponse {
  try {
    return { kind: "result", result: runStatement(open(), sql, values, limits) };
  } catch (error) {
    return errorResponse(error);
  }
}

function errorResponse(error: unknown): SqliteResponse {
  const sqlite = readNumber(error, "errcode");
  const known = sqlite === SQLITE_TOOBIG ? tooMuch(LARGEST) : error;
  return {
    kind: "error",
    code: isAppError(known) ? known.code : null,
    sqlite,
    message: known instanceof Error ? known.message : "",
  };
}

function open(): DatabaseSync {
  if (database) return database;
  const opened = new DatabaseSync(file.path, {
    readOnly: file.isReadOnly,
    timeout: BUSY_MS,
    limits: { length: MAX_VALUE_BYTES },
  });
  opened.enableDefensive(true);
  database = opened;
  return opened;
}
