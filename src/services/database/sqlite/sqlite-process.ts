import { DatabaseSync } from "node:sqlite";
import { isAppError } from "../../../shared/errors.ts";
import { readOwn } from "../../../shared/json.ts";
import type { SqliteFile, SqliteQuery, SqliteResponse } from "./sqlite-protocol.ts";
import { runStatement } from "./sqlite-statement.ts";

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
    const sqlite = readOwn(error, "errcode");
    return {
      kind: "error",
      code: isAppError(error) ? error.code : null,
      sqlite: typeof sqlite === "number" ? sqlite : null,
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
