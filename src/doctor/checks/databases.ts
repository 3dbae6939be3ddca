import { type Connection, readConnectionUrl } from "../../services/database/connection-url.ts";
import type { Database } from "../../services/database/database.ts";
import { createMongoDatabase } from "../../services/database/mongodb/mongo-database.ts";
import { createPostgresDatabase } from "../../services/database/postgres/postgres-database.ts";
import { createSqliteDatabase } from "../../services/database/sqlite/sqlite-database.ts";
import { asAppError } from "../../shared/errors.ts";
import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, problem } from "../finding.ts";

/** Whether the databases of `DATABASE_URL…` answer. One query each, read-only. */
export function databasesCheck({ config }: DoctorContext): Check {
  const named = Object.entries(config.databases);
  return {
    id: "databases",
    title: "Databases",
    limitMs: 15_000,
    run: (signal) => Promise.all(named.map(([name, url]) => checkDatabase(name, url, signal))),
  };
}

async function checkDatabase(name: string, url: string, signal: AbortSignal): Promise<Finding> {
  const variable = name === "default" ? "DATABASE_URL" : `DATABASE_URL_${name.toUpperCase()}`;
  const connection = readConnectionUrl(name, url);
  const rights = connection.isReadOnly ? "read-only" : "steps may change it";
  if (connection.kind === "mongodb") return checkMongo(name, variable, connection);
  await using database = openReadOnly(name, connection);
  try {
    await database.query("SELECT 1 AS one", [], signal);
    return ok(`"${name}" answers (${rights})`);
  } catch (error) {
    return problem(asAppError(error).message, `Check ${variable}: host, user, password, name.`);
  }
}

/** Its driver has no signal; it gives up by itself. */
async function checkMongo(
  name: string,
  variable: string,
  connection: { readonly url: string },
): Promise<Finding> {
  await using database = createMongoDatabase(name, connection);
  try {
    await database.ping();
    return ok(`"${name}" answers (for triggers)`);
  } catch (error) {
    return problem(asAppError(error).message, `Check ${variable}: host, user, password, name.`);
  }
}

/** Read-only, so that a file that is missing is not created. */
function openReadOnly(
  name: string,
  connection: Exclude<Connection, { kind: "mongodb" }>,
): Database {
  return connection.kind === "postgres"
    ? createPostgresDatabase(name, { ...connection, isReadOnly: true })
    : createSqliteDatabase(name, { ...connection, isReadOnly: true });
}
