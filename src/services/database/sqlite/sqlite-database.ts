import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { AppError } from "../../../shared/errors.ts";
import { beginningOf } from "../../../shared/shorten.ts";
import { parametersOf, sqlTokens } from "../../../shared/sql/sql-tokens.ts";
import type { Database, QueryResult } from "../database.ts";
import { STEP_LIMITS, TRIGGER_LIMITS } from "../row-collector.ts";
import type { SqliteFile, SqliteQuery, SqliteResponse } from "./sqlite-process.ts";
import { createSqliteRows } from "./sqlite-rows.ts";

/** Transient errors of SQLite: BUSY, LOCKED, IOERR, CANTOPEN. */
const RETRYABLE = new Set([5, 6, 10, 14]);

const MAX_EXCERPT = 200;

/**
 * A SQLite file, opened by a process of its own: SQLite runs synchronously, so a long query would
 * block the bot, and only a process can be stopped at any moment.
 */
export function createSqliteDatabase(name: string, file: SqliteFile): Database {
  let child: ChildProcess | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const run = (query: SqliteQuery): Promise<SqliteResponse> => {
    child ??= startProcess(file);
    return sendQuery(child, query);
  };
  const discard = (): void => {
    child?.kill("SIGKILL");
    child = null;
  };
  const inTurn = async (query: SqliteQuery, signal: AbortSignal): Promise<QueryResult> => {
    signal.throwIfAborted();
    const stopped = Promise.withResolvers<never>();
    const onAbort = (): void => stopped.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const before = last;
    const turn = Promise.withResolvers<void>();
    last = before.then(() => turn.promise);
    try {
      // One query at a time, so that stopping one does not affect the others.
      await Promise.race([before, stopped.promise]);
      const response = await Promise.race([run(query), stopped.promise]).catch((error: unknown) => {
        // SQLite rolls an uncommitted transaction back when the file is opened again.
        discard();
        throw signal.aborted ? signal.reason : processLost(name, error);
      });
      return resultOf(name, response);
    } finally {
      signal.removeEventListener("abort", onAbort);
      turn.resolve();
    }
  };
  return {
    isReadOnly: file.isReadOnly,
    query: (sql, values, signal) => inTurn({ sql, values, limits: STEP_LIMITS }, signal),
    changes: (sql, { at }, signal) => {
      const values = parametersOf(sqlTokens(sql)).has("$1") ? [at] : [];
      return inTurn({ sql, values, limits: TRIGGER_LIMITS }, signal);
    },
    rows: createSqliteRows((sql, values, signal) =>
      inTurn({ sql, values, limits: TRIGGER_LIMITS }, signal),
    ),
    [Symbol.asyncDispose]: async () => discard(),
  };
}

function startProcess(file: SqliteFile): ChildProcess {
  const child = fork(join(import.meta.dirname, "sqlite-process.ts"), [JSON.stringify(file)], {
    // Keeps the bot's secrets out of the process.
    env: {},
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  child.unref();
  child.channel?.unref();
  return child;
}

function sendQuery(child: ChildProcess, query: SqliteQuery): Promise<SqliteResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<SqliteResponse>();
  const onExit = (): void => reject(new Error("The process ended."));
  const onMessage = (response: SqliteResponse): void => resolve(response);
  child.once("message", onMessage);
  child.once("error", reject);
  child.once("exit", onExit);
  child.send(query, (error) => {
    if (error) reject(error);
  });
  return promise.finally(() => {
    child.off("message", onMessage);
    child.off("error", reject);
    child.off("exit", onExit);
  });
}

function processLost(name: string, cause: unknown): AppError {
  return new AppError({
    code: "service_unavailable",
    message: `The query to the database "${name}" was cut off. It is not known whether it was over.`,
    retryable: true,
    outcomeUnknown: true,
    cause,
  });
}

function resultOf(name: string, response: SqliteResponse): QueryResult {
  if (response.kind === "result") return response.result;
  const { code, sqlite, message } = response;
  if (code !== null) throw new AppError({ code, message });
  // The lowest byte is the kind of error, the others are details.
  const retryable = sqlite !== null && RETRYABLE.has(sqlite & 0xff);
  const said = beginningOf(message.replaceAll(/\s+/g, " "), MAX_EXCERPT);
  throw new AppError({
    code: retryable ? "service_unavailable" : "service_rejected",
    message: `The database "${name}" refused the query: ${said}.`,
    retryable,
  });
}
