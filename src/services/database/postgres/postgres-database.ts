import type * as Driver from "pg";
import type { Pool } from "pg";
import type { NewSince } from "../../../engine/ports/service.ts";
import type { Json } from "../../../shared/json.ts";
import type { Database } from "../database.ts";
import { STEP_LIMITS, TRIGGER_LIMITS } from "../row-collector.ts";
import { type Kind, OID } from "./kinds.ts";
import { listenTo } from "./listener.ts";
import { limitedClient } from "./message-limit.ts";
import { toConnectError, toPostgresError } from "./postgres-errors.ts";
import { createPostgresRows, type Reading } from "./postgres-rows.ts";
import { toParameters } from "./postgres-values.ts";
import { runStatement, type Values } from "./statement.ts";
import { inTransaction, type Session } from "./transaction.ts";

const MAX_CONNECTIONS = 5;
const CONNECT_MS = 10_000;
const IDLE_MS = 30_000;

interface Opened {
  readonly driver: typeof Driver;
  readonly pool: Pool;
}

/**
 * A PostgreSQL database, reached directly or through a pool such as PgBouncer. The first query loads the driver and connects.
 */
export function createPostgresDatabase(
  name: string,
  { url, isReadOnly }: { readonly url: string; readonly isReadOnly: boolean },
): Database {
  let opened: Promise<Opened> | null = null;
  const open = () => (opened ??= openPool(url));
  /** @param given - `reads`: the database is to refuse every change, whatever the connection allows. */
  const run = async <Result>(
    given: {
      readonly values?: readonly Json[];
      readonly reads?: boolean;
      readonly signal: AbortSignal;
    },
    work: (session: Session, driver: typeof Driver) => Promise<Result>,
  ): Promise<Result> => {
    const { values = [], signal } = given;
    const isReading = given.reads ?? isReadOnly;
    const progress = { committing: false };
    try {
      signal.throwIfAborted();
      const { driver, pool } = await open();
      const client = await pool.connect().catch((error: unknown) => {
        throw toConnectError(error, name);
      });
      const surroundings = { isReadOnly: isReading, signal, progress, pool };
      return await inTransaction(client, surroundings, (session) => work(session, driver));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const committing = progress.committing && !isReading;
      throw toPostgresError(error, { name, values, committing });
    }
  };
  const reading: Reading = (signal, work) => run({ reads: true, signal }, work);
  return {
    isReadOnly,
    query: (sql, values, signal) => {
      const toValues: Values = async (kinds) => toParameters(values, kinds);
      return run({ values, signal }, (session, driver) =>
        runStatement(driver, session, sql, { toValues, limits: STEP_LIMITS }),
      );
    },
    changes: (sql, since, signal) => {
      const toValues: Values = async (kinds, session) =>
        Promise.all(kinds.map((kind) => sinceAs(kind, since, session)));
      return run({ signal }, (session, driver) =>
        runStatement(driver, session, sql, { toValues, limits: TRIGGER_LIMITS }),
      );
    },
    rows: createPostgresRows(reading, async (channel, listener) =>
      listenTo({ ...(await open()), url, name }, channel, listener),
    ),
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
