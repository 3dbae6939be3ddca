import type { Pool, PoolClient } from "pg";
import { readOwn } from "../../../shared/json.ts";

/** Longer than any time-out of a step; ends abandoned statements on the server. */
const STATEMENT_MS = 6 * 60_000;

/**
 * Settings that make the text of values independent of the server's configuration, and the time-outs. They hold for the
 * transaction: start-up parameters are refused by PgBouncer, and what is set for a session would reach other clients of a pool.
 */
const SETTINGS = Object.entries({
  DateStyle: "ISO",
  TimeZone: "UTC",
  IntervalStyle: "iso_8601",
  bytea_output: "hex",
  // All digits, also from servers before version 12.
  extra_float_digits: "3",
  statement_timeout: STATEMENT_MS,
  idle_in_transaction_session_timeout: STATEMENT_MS,
}).map(([name, value]) => `SET LOCAL ${name} = '${value}'`);

/** A connection within a transaction. */
export interface Session {
  readonly client: PoolClient;
  /** The time zone that the database gives a session that asks for none. */
  readonly timezone: string;
  /** Number of the server's process. */
  readonly backend: number;
}

interface Surroundings {
  readonly isReadOnly: boolean;
  readonly signal: AbortSignal;
  readonly progress: { committing: boolean };
  readonly pool: Pool;
}

/** Runs `work` in a transaction: before COMMIT is sent, no failure can have an effect. */
export async function inTransaction<Result>(
  client: PoolClient,
  { isReadOnly, signal, progress, pool }: Surroundings,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  let isClean = false;
  let session: Session | null = null;
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => {});
  const onAbort = (): void => {
    if (session && !progress.committing) stopStatement(session, pool);
    stopped.reject(signal.reason);
  };
  // A connection error also rejects the running query; without a listener it would end the process.
  const onError = (error: Error): void => stopped.reject(error);
  signal.addEventListener("abort", onAbort, { once: true });
  client.on("error", onError);
  const settled = <T>(step: Promise<T>): Promise<T> => Promise.race([step, stopped.promise]);
  try {
    signal.throwIfAborted();
    session = await settled(begin(client, isReadOnly));
    const result = await settled(work(session));
    progress.committing = true;
    // Behind a pool, the connection to the server is another client's as soon as the transaction is over.
    const isPooled = Reflect.get(client, "processID") !== session.backend;
    await settled(client.query(isPooled ? "RESET ALL; COMMIT" : "COMMIT"));
    isClean = isPooled || (await isDiscarded(settled(client.query("DISCARD ALL"))));
    return result;
  } finally {
    signal.removeEventListener("abort", onAbort);
    client.off("error", onError);
    // Closes a connection in doubt, which rolls an uncommitted transaction back.
    client.release(!isClean);
  }
}

async function begin(client: PoolClient, isReadOnly: boolean): Promise<Session> {
  const results: unknown = await client.query(
    [
      isReadOnly ? "BEGIN READ ONLY" : "BEGIN",
      "SELECT pg_catalog.pg_backend_pid() AS backend, pg_catalog.current_setting('TimeZone') AS timezone",
      ...SETTINGS,
    ].join("; "),
  );
  const rows = readOwn(readOwn(results, "1"), "rows");
  return {
    client,
    timezone: String(readOwn(readOwn(rows, "0"), "timezone")),
    backend: Number(readOwn(readOwn(rows, "0"), "backend")),
  };
}

/** Session settings of a statement must not reach the next one. */
async function isDiscarded(discarding: Promise<unknown>): Promise<boolean> {
  return discarding.then(
    () => true,
    () => false,
  );
}

/** Cancels the statement on the server, which would otherwise run to its end. */
function stopStatement({ backend }: Session, pool: Pool): void {
  pool.query("SELECT pg_cancel_backend($1)", [backend]).catch(() => {});
}
