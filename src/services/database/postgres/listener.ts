import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type * as Driver from "pg";
import type { Client, Pool } from "pg";
import type { RowListener, RowSubscription } from "../../../engine/ports/row-source.ts";
import { AppError } from "../../../shared/errors.ts";
import { limitedClient } from "./message-limit.ts";
import { toConnectError } from "./postgres-errors.ts";

/** How long a notification may take through a pool, in milliseconds. */
const PROBE_MS = 5000;
const CONNECT_MS = 10_000;

/**
 * Listens on a connection of its own.
 *
 * @param opened - the driver, the pool of the same database, and its URL.
 * @throws {AppError} `service_unavailable`; `params_invalid`: a pool before the database passes no notifications on.
 */
export async function listenTo(
  { driver, pool, url, name }: Opened,
  channel: string | true,
  listener: RowListener,
): Promise<RowSubscription> {
  if (channel === true) {
    throw new AppError({
      code: "params_invalid",
      message:
        'PostgreSQL notifies of what is sent to a channel. Name it: "notify": "orders", for NOTIFY orders.',
    });
  }
  const Limited = limitedClient(driver);
  const client = new Limited({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: "heddle",
    keepAlive: true,
  });
  let isOpen = true;
  const end = (): void => {
    if (!isOpen) return;
    isOpen = false;
    listener.lost();
  };
  // Without a listener an error would end the process; "end" follows it.
  client.on("error", () => {});
  try {
    await client.connect();
    client.on("end", end);
    if (await isPooled(client)) await requireNotifications(client, pool, name);
    client.on("notification", (message) => {
      if (message.channel === channel) listener.notified();
    });
    await client.query(`LISTEN ${driver.escapeIdentifier(channel)}`);
  } catch (error) {
    isOpen = false;
    await client.end().catch(() => {});
    throw error instanceof AppError ? error : toConnectError(error, name);
  }
  return {
    async close() {
      isOpen = false;
      await client.end().catch(() => {});
    },
  };
}

interface Opened {
  readonly driver: typeof Driver;
  readonly pool: Pool;
  readonly url: string;
  /** Of the connection, for people. */
  readonly name: string;
}

/** Behind a pool, the server's process is another one than the pool says. */
async function isPooled(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_catalog.pg_backend_pid() AS pid");
  return Reflect.get(client, "processID") !== rows[0]?.pid;
}

/**
 * In transaction mode a pool gives the listening connection to other clients, and LISTEN is among what does not work
 * (https://www.pgbouncer.org/features.html). So a notification is sent from another connection.
 */
async function requireNotifications(client: Client, pool: Pool, name: string): Promise<void> {
  const channel = `heddle_${randomBytes(8).toString("hex")}`;
  await client.query(`LISTEN ${channel}`);
  const came = once(client, "notification", { signal: AbortSignal.timeout(PROBE_MS) }).then(
    () => true,
    () => false,
  );
  await pool.query("SELECT pg_catalog.pg_notify($1, '')", [channel]);
  const isHeard = await came;
  await client.query(`UNLISTEN ${channel}`);
  if (isHeard) return;
  throw new AppError({
    code: "params_invalid",
    message: `The pool before the database "${name}" passes no notifications on, as PgBouncer in transaction mode does. Give the trigger a connection that leads to the database itself, or to a pool in session mode, or leave "notify" out.`,
  });
}
