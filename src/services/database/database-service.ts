import { z } from "zod";
import { externalNames, inPlace, paramTraits } from "../../engine/definition/param-traits.ts";
import type { NameCheck, NameWarning } from "../../engine/ports/name-checks.ts";
import type { RowQuestion } from "../../engine/ports/row-source.ts";
import type { Service } from "../../engine/ports/service.ts";
import { anyJson } from "../../shared/any-json.ts";
import { AppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { plain } from "../../shared/places/place.ts";
import { whyNotStandalone } from "../../shared/sql/standalone.ts";
import { wording } from "../../shared/wording.ts";
import { defineAction, showText } from "../action.ts";
import { readConnectionUrl } from "./connection-url.ts";
import type { Database } from "./database.ts";
import { createMongoDatabase } from "./mongodb/mongo-database.ts";
import { createPostgresDatabase } from "./postgres/postgres-database.ts";
import { isPlainRead, isRead, isUpsert } from "./repeatable.ts";
import { createSqliteDatabase } from "./sqlite/sqlite-database.ts";

/** Name of the connection of `DATABASE_URL`, used by queries that name none. */
const DEFAULT_CONNECTION = "default";

/** One statement, with `$1`, `$2` … for the values. */
const Statement = z
  .string()
  .min(1)
  .max(50_000)
  .describe("one statement, with $1, $2 … for the values")
  .superRefine((query, context) => {
    const problem = whyNotStandalone(query);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  })
  .register(paramTraits, {
    insteadOfTemplates: 'Write $1, $2 … in the query and the templates into "values", in order.',
  });

/** Name of a connection; case is ignored, and `-` equals `_`. */
const ConnectionName = inPlace(z.string().min(1).max(64).describe("name of the connection"), plain)
  .default(DEFAULT_CONNECTION)
  .register(externalNames, { kind: "connection", absent: DEFAULT_CONNECTION });

const QueryParams = z.strictObject({
  query: Statement,
  values: inPlace(z.array(anyJson()).max(1000).describe("the values, in order"), plain).default([]),
  connection: ConnectionName,
});

export interface DatabaseService extends Service, AsyncDisposable {
  /** Checks that a connection of this name is configured, without connecting. */
  readonly checkConnection: NameCheck;
}

/**
 * Queries to PostgreSQL and SQLite, and what triggers find there and in MongoDB.
 *
 * @param options - `urls`: the databases by name, in lower case. They are connected on first use.
 * @returns the service; disposing it closes the connections.
 * @throws {AppError} `config_invalid` for a URL that names no database.
 */
export function createDatabaseService(options: {
  readonly urls: Readonly<Record<string, string>>;
}): DatabaseService {
  const databases = new Map(
    Object.entries(options.urls).map(([name, url]): [string, Database] => [name, open(name, url)]),
  );
  const lookUp = (name: string): Database | undefined => databases.get(connectionKey(name));
  const find = (name: string): Database => {
    const found = lookUp(name);
    if (found) return found;
    const { message, fix } = unknownConnection(name, [...databases.keys()]);
    throw new AppError({ code: "params_invalid", message: `T${message.slice(1)}. ${fix}` });
  };
  const rowsOf = ({ connection = DEFAULT_CONNECTION }: Pick<RowQuestion, "connection">) =>
    find(connection).rows;
  return {
    name: "database",
    defaultAction: "query",
    actions: {
      query: defineAction({
        summary: "Runs one SQL statement with its values; gives {rows, rowCount}.",
        example: {
          query: "SELECT * FROM orders WHERE number = $1",
          values: ["{{variables.number}}"],
        },
        params: QueryParams,
        describe: ({ query, values }) => {
          const given = values === undefined ? "" : ` with ${showText(values)}`;
          return `Runs ${showText(query)}${given}`;
        },
        counterpart: ({ connection = DEFAULT_CONNECTION }) =>
          counterpartOf(connection, options.urls),
        outline: ({ connection = DEFAULT_CONNECTION }) =>
          wording`Runs a statement in the database ${showText(connection)}`,
        sideEffect: true,
        reads: ({ query }) => typeof query === "string" && isPlainRead(query),
        onUnknown: ({ query, connection }) => {
          const isHarmless = find(connection).isReadOnly ? isRead(query) : isUpsert(query);
          return isHarmless ? "repeat" : "ask";
        },
        execute: async ({ query, values, connection }, { signal, newSince }) =>
          newSince === undefined
            ? find(connection).query(query, values, signal)
            : find(connection).changes(query, newSince, signal),
      }),
    },
    rows: {
      last: async (question, ...rest) => rowsOf(question).last(question, ...rest),
      read: async (question, ...rest) => rowsOf(question).read(question, ...rest),
      openWork: async (question, ...rest) => rowsOf(question).openWork(question, ...rest),
      isOver: async (question, ...rest) => rowsOf(question).isOver(question, ...rest),
      listen: async (question, ...rest) => rowsOf(question).listen(question, ...rest),
    },
    checkConnection: async (name) =>
      lookUp(name) === undefined ? unknownConnection(name, [...databases.keys()]) : null,
    async [Symbol.asyncDispose]() {
      await Promise.all([...databases.values()].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

function open(name: string, url: string): Database {
  const connection = readConnectionUrl(name, url);
  if (connection.kind === "mongodb") return createMongoDatabase(name, connection);
  return connection.kind === "postgres"
    ? createPostgresDatabase(name, connection)
    : createSqliteDatabase(name, connection);
}

function unknownConnection(name: string, known: readonly string[]): NameWarning {
  const variable =
    name === DEFAULT_CONNECTION
      ? "DATABASE_URL"
      : `DATABASE_URL_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
  const others = known.length === 0 ? "" : ` Known connections: ${known.join(", ")}.`;
  return {
    message: `there is no database connection "${name}"`,
    fix: `The operator sets ${variable} in the bot's environment.${others}`,
  };
}

/** A file of SQLite is part of this machine: it is never away by itself. */
function counterpartOf(connection: Json, urls: Readonly<Record<string, string>>): string | null {
  if (typeof connection !== "string") return null;
  const name = connectionKey(connection);
  const url = Object.hasOwn(urls, name) ? urls[name] : undefined;
  if (url === undefined || readConnectionUrl(name, url).kind === "sqlite") return null;
  return `the database "${name}"`;
}

function connectionKey(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}
