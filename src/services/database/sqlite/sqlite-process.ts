import { DatabaseSync } from "node:sqlite";
import { type ErrorCode, isAppError } from "../../../shared/errors.ts";
import { type Json, readNumber } from "../../../shared/json.ts";
import type { QueryResult } from "../database.ts";
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

const file: SqliteFile = JSON.parse(process.argv[2] ?? "");
let database: DatabaseSync | null = null;

process.on("message", (query: SqliteQuery) => process.send?.(runQuery(query)));
process.on("disconnect", () => process.exit());

function runQuery({ sql, values }: SqliteQuery): SqliteResponse {
  try {
    return { kind: "result", result: runStatement(open(), sql, values) };
  } catch (error) {
    return {
      kind: "error",
      code: isAppError(error) ? error.code : null,
      sqlite: readNumber(error, "errcode"),
      message: error instanceof Error ? error.message : "",
    };
  }
}

function open(): DatabaseSync {
  if (database) return database;
  const opened = new DatabaseSync(file.path, { readOnly: file.isReadOnly, timeout: BUSY_MS });
  opened.enableDefensive(true);
  database = opened;
  return opened;
}
