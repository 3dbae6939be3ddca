import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { AppError } from "../../../shared/errors.ts";
import type { Database, QueryResult } from "../database.ts";
import type { SqliteAnswer, SqliteFile, SqliteQuery } from "./sqlite-protocol.ts";

/** Kinds of SQLite's errors that may be over a moment later: BUSY, LOCKED, IOERR, CANTOPEN. */
const RETRYABLE = new Set([5, 6, 10, 14]);

const MAX_EXCERPT = 200;

/**
 * A SQLite file. A process of its own opens it: SQLite works within the call, so that a long query would hold up everything
 * else, and a process is the one thing that can be stopped at any moment.
 */
export function createSqliteDatabase(name: string, file: SqliteFile): Database {
  let child: ChildProcess | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const run = (query: SqliteQuery): Promise<SqliteAnswer> => {
    child ??= startProcess(file);
    return ask(child, query);
  };
  const discard = (): void => {
    child?.kill("SIGKILL");
    child = null;
  };
  return {
    isReadOnly: file.isReadOnly,
    async query(sql, values, signal) {
      signal.throwIfAborted();
      const stopped = Promise.withResolvers<never>();
      const onAbort = (): void => stopped.reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      const before = last;
      const turn = Promise.withResolvers<void>();
      last = before.then(() => turn.promise);
      try {
        // One at a time, so that stopping one query does not touch the others.
        await Promise.race([before, stopped.promise]);
        const answer = await Promise.race([run({ sql, values }), stopped.promise]).catch(
          (error: unknown) => {
            // What was not committed is taken back when the file is opened again.
            discard();
            throw signal.aborted ? signal.reason : processLost(name, error);
          },
        );
        return resultOf(name, answer);
      } finally {
        signal.removeEventListener("abort", onAbort);
        turn.resolve();
      }
    },
    [Symbol.asyncDispose]: async () => discard(),
  };
}

function startProcess(file: SqliteFile): ChildProcess {
  const child = fork(join(import.meta.dirname, "sqlite-process.ts"), [JSON.stringify(file)], {
    // The bot's secrets are none of its business.
    env: {},
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  child.unref();
  child.channel?.unref();
  return child;
}

function ask(child: ChildProcess, query: SqliteQuery): Promise<SqliteAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<SqliteAnswer>();
  const onExit = (): void => reject(new Error("The process ended."));
  const onMessage = (answer: SqliteAnswer): void => resolve(answer);
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
    message: `The query to the database "${name}" was cut off. Nobody knows whether it was over.`,
    retryable: true,
    outcomeUnknown: true,
    cause,
  });
}

function resultOf(name: string, answer: SqliteAnswer): QueryResult {
  if (answer.kind === "result") return answer.result;
  const { code, sqlite, message } = answer;
  if (code !== null) throw new AppError({ code, message });
  // The lowest byte is the kind, the others say more of it.
  const retryable = sqlite !== null && RETRYABLE.has(sqlite & 0xff);
  const said = message.replaceAll(/\s+/g, " ").slice(0, MAX_EXCERPT);
  throw new AppError({
    code: retryable ? "service_unavailable" : "service_rejected",
    message: `The database "${name}" refused the query: ${said}.`,
    retryable,
  });
}
