import type * as Driver from "pg";
import type { Pool, PoolClient } from "pg";
import type { NewSince } from "../../../engine/ports/service.ts";
import type { Json, JsonObject } from "../../../shared/json.ts";
import type { Database, QueryResult } from "../database.ts";
import { type ResultLimits, RowCollector, STEP_LIMITS, TRIGGER_LIMITS } from "../row-collector.ts";
import { type Kind, OID, readKinds } from "./kinds.ts";
import { limitedClient } from "./message-limit.ts";
import { toConnectError, toPostgresError } from "./postgres-errors.ts";
import { cellToJson, toParameters } from "./postgres-values.ts";
import { describeStatement } from "./statement-types.ts";
import { inTransaction, type Session } from "./transaction.ts";

const MAX_CONNECTIONS = 5;
const CONNECT_MS = 10_000;
const IDLE_MS = 30_000;

interface Opened {
  readonly driver: typeof Driver;
  readonly pool: Pool;
}

/** The values of a statement, once the types of its parameters are known. */
type Values = (kinds: readonly Kind[], session: Session) => Promise<readonly (string | null)[]>;

/**
 * A PostgreSQL database, reached directly or through a pool such as PgBouncer. The first query loads the driver and connects.
 */
export function createPostgresDatabase(
  name: string,
  { url, isReadOnly }: { readonly url: string; readonly isReadOnly: boolean },
): Database {
  let opened: Promise<Opened> | null = null;
  const open = () => (opened ??= openPool(url));
  const run = async (
    sql: string,
    given: { readonly values: readonly Json[]; readonly toValues: Values },
    limits: ResultLimits,
    signal: AbortSignal,
  ): Promise<QueryResult> => {
    const progress = { committing: false };
    try {
      signal.throwIfAborted();
      const { driver, pool } = await open();
      const client = await pool.connect().catch((error: unknown) => {
        throw toConnectError(error, name);
      });
      return await inTransaction(client, { isReadOnly, signal, progress, pool }, (session) =>
        runStatement(driver, session, sql, { toValues: given.toValues, limits }),
      );
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const committing = progress.committing && !isReadOnly;
      throw toPostgresError(error, { name, values: given.values, committing });
    }
  };
  return {
    isReadOnly,
    query: (sql, values, signal) => {
      const toValues: Values = async (kinds) => toParameters(values, kinds);
      return run(sql, { values, toValues }, STEP_LIMITS, signal);
    },
    changes: (sql, since, signal) => {
      const toValues: Values = async (kinds, session) =>
        Promise.all(kinds.map((kind) => sinceAs(kind, since, session)));
      return run(sql, { values: [], toValues }, TRIGGER_LIMITS, signal);
    },
    async [Symbol.asyncDispose]() {
      if (opened) await (await opened).pool.end();
    },
  };
}

async function openPool(url: string): Promise<Opened> {
  const driver = await import("pg");
  // No start-up parameter beside the name: pools such as PgBouncer refuse them.
  const pool = new driver.Pool({
    Client: limitedClient(driver),
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    application_name: "heddle",
  });
  // A broken idle connection is replaced; a lasting failure shows at the next query.
  pool.on("error", () => {});
  return { driver, pool };
}

/** Runs one statement and counts its rows as they arrive, so that too many are never in memory. */
async function runStatement(
  driver: typeof Driver,
  session: Session,
  sql: string,
  { toValues, limits }: { readonly toValues: Values; readonly limits: ResultLimits },
): Promise<QueryResult> {
  const { client } = session;
  const { parameters, columns } = await describeStatement(client, sql);
  const collector = new RowCollector(
    columns.map((column) => column.name),
    limits,
  );
  const ids = columns.map((column) => column.dataTypeID);
  const kindOf = await readKinds(client, [...parameters, ...ids]);
  const config = {
    text: sql,
    values: [...(await toValues(parameters.map(kindOf), session))],
    // The extended protocol accepts only one statement.
    queryMode: "extended",
    rowMode: "array",
    types: { getTypeParser: () => (text: string) => text },
  };
  const kinds = ids.map(kindOf);
  return collectRows(client, new driver.Query(config), collector.rows, (cells) =>
    collector.add(cells, (cell, index) => cellToJson(kinds[index], cell)),
  );
}

function collectRows(
  client: PoolClient,
  query: Driver.Query<(string | null)[]>,
  rows: readonly JsonObject[],
  add: (cells: readonly (string | null)[]) => void,
): Promise<QueryResult> {
  const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
  query.on("row", (cells) => {
    try {
      add(cells);
    } catch (error) {
      reject(error);
    }
  });
  query.on("error", reject);
  query.on("end", (result) => {
    const count = result.fields.length > 0 ? rows.length : (result.rowCount ?? 0);
    resolve({ rows, rowCount: count });
  });
  client.query(query);
  return promise;
}

/**
 * The readings of clocks in some time zones, the earliest that a row may have that was written between a time and now: where a
 * clock was set back in between, it is that of the hour that came twice.
 */
const EARLIEST_READING = `
SELECT min(least(since AT TIME ZONE zone, (now() AT TIME ZONE zone) - (now() - since)))::text AS reading
FROM (SELECT $1::pg_catalog.timestamptz AS since) t, pg_catalog.unnest($2::pg_catalog.text[]) AS zone`;

/** A time for a parameter of some type. */
async function sinceAs(kind: Kind, { at, timezone }: NewSince, session: Session): Promise<string> {
  const hasNoZone = kind.form === "scalar" && (kind.oid === OID.timestamp || kind.oid === OID.date);
  if (!hasNoZone) return at;
  const zones = timezone === null ? [session.timezone, "UTC"] : [timezone];
  const { rows } = await session.client.query<{ reading: string }>(EARLIEST_READING, [at, zones]);
  return rows[0]?.reading ?? at;
}
