import type * as Driver from "pg";
import type { Pool, PoolClient } from "pg";
import type { Json } from "../../../shared/json.ts";
import type { Database, QueryResult } from "../database.ts";
import { RowCollector } from "../row-collector.ts";
import { toPostgresError } from "./postgres-errors.ts";
import { cellToJson } from "./postgres-values.ts";

const MAX_CONNECTIONS = 5;
const CONNECT_MS = 10_000;
const IDLE_MS = 30_000;
/** Longer than any time-out of a step; ends abandoned statements on the server. */
const STATEMENT_MS = 6 * 60_000;

/** Session settings that make the text of values independent of the server's configuration. */
const SESSION = "-c DateStyle=ISO -c TimeZone=UTC -c bytea_output=hex -c IntervalStyle=iso_8601";

/** A PostgreSQL database. The first query loads the driver and connects. */
export function createPostgresDatabase(
  name: string,
  { url, isReadOnly }: { readonly url: string; readonly isReadOnly: boolean },
): Database {
  let opened: Promise<{ readonly driver: typeof Driver; readonly pool: Pool }> | null = null;
  const open = () => (opened ??= openPool(url));
  return {
    isReadOnly,
    async query(sql, values, signal) {
      const progress = { committing: false };
      try {
        signal.throwIfAborted();
        const { driver, pool } = await open();
        const client = await pool.connect();
        return await inTransaction(client, { isReadOnly, signal, progress, pool }, () =>
          runStatement(driver, client, sql, values),
        );
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const committing = progress.committing && !isReadOnly;
        throw toPostgresError(error, { name, values, committing });
      }
    },
    async [Symbol.asyncDispose]() {
      if (opened) await (await opened).pool.end();
    },
  };
}

async function openPool(
  url: string,
): Promise<{ readonly driver: typeof Driver; readonly pool: Pool }> {
  const driver = await import("pg");
  const pool = new driver.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    application_name: "heddle",
    options: SESSION,
  });
  // A broken idle connection is replaced; a lasting failure shows at the next query.
  pool.on("error", () => {});
  return { driver, pool };
}

interface Surroundings {
  readonly isReadOnly: boolean;
  readonly signal: AbortSignal;
  readonly progress: { committing: boolean };
  readonly pool: Pool;
}

/** Runs `work` in a transaction: before COMMIT is sent, no failure can have an effect. */
async function inTransaction(
  client: PoolClient,
  { isReadOnly, signal, progress, pool }: Surroundings,
  work: () => Promise<QueryResult>,
): Promise<QueryResult> {
  let isClean = false;
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => {});
  const onAbort = (): void => {
    stopStatement(client, pool);
    stopped.reject(signal.reason);
  };
  // A connection error also rejects the running query; without a listener it would end the process.
  const onError = (error: Error): void => stopped.reject(error);
  signal.addEventListener("abort", onAbort, { once: true });
  client.on("error", onError);
  const settled = <T>(step: Promise<T>): Promise<T> => Promise.race([step, stopped.promise]);
  try {
    signal.throwIfAborted();
    await settled(client.query(isReadOnly ? "BEGIN READ ONLY" : "BEGIN"));
    const result = await settled(work());
    progress.committing = true;
    await settled(client.query("COMMIT"));
    // Session settings of a statement must not reach the next one.
    await settled(client.query("DISCARD ALL")).then(
      () => (isClean = true),
      () => {},
    );
    return result;
  } finally {
    signal.removeEventListener("abort", onAbort);
    client.off("error", onError);
    // Closes a connection in doubt, which rolls an uncommitted transaction back.
    client.release(!isClean);
  }
}

/** Cancels the connection's statement on the server, which would otherwise run to its end. */
function stopStatement(client: PoolClient, pool: Pool): void {
  const pid: unknown = Reflect.get(client, "processID");
  if (typeof pid !== "number") return;
  pool.query("SELECT pg_cancel_backend($1)", [pid]).catch(() => {});
}

/** Runs one statement and counts its rows as they arrive, so that too many are never in memory. */
function runStatement(
  driver: typeof Driver,
  client: PoolClient,
  sql: string,
  values: readonly Json[],
): Promise<QueryResult> {
  const config = {
    text: sql,
    values: [...values],
    // The extended protocol accepts only one statement.
    queryMode: "extended",
    rowMode: "array",
    types: { getTypeParser: () => (text: string) => text },
  };
  const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
  const collector = new RowCollector();
  const query = new driver.Query<(string | null)[]>(config);
  query.on("row", (cells, result) => {
    const fields = result?.fields ?? [];
    try {
      collector.add(
        fields.map((field) => field.name),
        fields.map((field, index) =>
          cellToJson(field.dataTypeID, cells[index] ?? null, driver.types),
        ),
      );
    } catch (error) {
      reject(error);
    }
  });
  query.on("error", reject);
  query.on("end", (result) => {
    const { rows } = collector;
    const count = result.fields.length > 0 ? rows.length : (result.rowCount ?? 0);
    resolve({ rows, rowCount: count });
  });
  client.query(query);
  return promise;
}
