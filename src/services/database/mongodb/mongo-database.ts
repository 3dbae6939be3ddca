import type { MongoClient } from "mongodb";
import { AppError, isAppError } from "../../../shared/errors.ts";
import { readOwn } from "../../../shared/json.ts";
import type { Database } from "../database.ts";
import type { Reading } from "./mongo-rows.ts";

const SELECTION_MS = 10_000;
const MAX_CONNECTIONS = 5;

/** A MongoDB database: its documents start workflows. */
export interface MongoDatabase extends Database {
  /** @throws {AppError} `service_unavailable`, `service_rejected`. */
  ping(): Promise<void>;
}

/** The first look loads the driver and connects. @param given - `url` names the database. */
export function createMongoDatabase(
  name: string,
  { url }: { readonly url: string },
): MongoDatabase {
  let opened: Promise<MongoClient> | null = null;
  const open = (): Promise<MongoClient> => (opened ??= createClient(url));
  const reading: Reading = async (collection, signal, work) => {
    signal?.throwIfAborted();
    try {
      const client = await open();
      return await work(client.db().collection(collection));
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw toMongoError(error, name);
    }
  };
  const rows = async () => (await import("./mongo-rows.ts")).createMongoRows(reading);
  const isNoSql = async (): Promise<never> => {
    throw new AppError({
      code: "params_invalid",
      message: `The database "${name}" is a MongoDB, which knows no SQL: it serves triggers of the type database-change with a "collection" alone.`,
    });
  };
  return {
    isReadOnly: true,
    query: isNoSql,
    changes: isNoSql,
    rows: {
      last: async (...args) => (await rows()).last(...args),
      read: async (...args) => (await rows()).read(...args),
      openWork: async (...args) => (await rows()).openWork(...args),
      isOver: async (...args) => (await rows()).isOver(...args),
      listen: async (...args) => (await rows()).listen(...args),
    },
    ping: () => reading("ping", null, async ({ db }) => void (await db.command({ ping: 1 }))),
    async [Symbol.asyncDispose]() {
      if (opened) await (await opened).close();
    },
  };
}

async function createClient(url: string): Promise<MongoClient> {
  const { MongoClient } = await import("mongodb");
  return new MongoClient(url, {
    appName: "heddle",
    maxPoolSize: MAX_CONNECTIONS,
    serverSelectionTimeoutMS: SELECTION_MS,
    // Integers of 64 bits keep their digits.
    useBigInt64: true,
  });
}

/** Characters of a server's message that are quoted. */
const MAX_EXCERPT = 200;

function toMongoError(error: unknown, name: string): AppError {
  if (isAppError(error)) return error;
  const code = readOwn(error, "code");
  const said = error instanceof Error ? error.message.slice(0, MAX_EXCERPT) : "";
  const isRefused = typeof code === "number" && !isPassing(error);
  // A URL that the driver cannot read names no server, and its message may quote it.
  if (isRefused || readOwn(error, "name") === "MongoParseError") {
    return new AppError({
      code: "service_rejected",
      message: isRefused
        ? `The database "${name}" refused the query (${code}): ${said}.`
        : `The URL of the database "${name}" is not one of MongoDB.`,
      cause: error,
    });
  }
  return new AppError({
    code: "service_unavailable",
    message: `The database "${name}" cannot be reached; nothing was changed. The operator checks its URL.`,
    retryable: true,
    cause: error,
  });
}

/** Errors of a server that steps down or shuts down, https://www.mongodb.com/docs/manual/reference/error-codes/. */
function isPassing(error: unknown): boolean {
  const hasLabel: unknown = readOwn(error, "hasErrorLabel");
  if (typeof hasLabel === "function" && error instanceof Error)
    return ["RetryableError", "RetryableWriteError", "ResumableChangeStreamError"].some(
      (label) => Reflect.apply(hasLabel, error, [label]) === true,
    );
  return [6, 7, 89, 91, 189, 9001, 10107, 11600, 11602, 13435, 13436].includes(
    Number(readOwn(error, "code")),
  );
}
