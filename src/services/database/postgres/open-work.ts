import { type JsonObject, readOwn } from "../../../shared/json.ts";
import type { Session } from "./transaction.ts";

/*
 * A row may have a mark that is before those that were found, and be committed after them: its transaction took the mark, the time
 * or the next number, earlier. So rows up to a mark are all there when the transactions that were open when it was found are over.
 *
 * A transaction is known by its virtual id, also one that has changed nothing yet and so has no other: "Every transaction (…) has a
 * virtual transaction identifier", on which it holds an exclusive lock until it ends
 * (https://www.postgresql.org/docs/current/transaction-id.html, https://www.postgresql.org/docs/current/view-pg-locks.html), and
 * pg_locks may be read by every user. `CREATE INDEX CONCURRENTLY` waits for the same locks. A prepared transaction has left its
 * session and is in pg_prepared_xacts.
 */

/** Transactions of other databases, and clean-ups of the server, add no rows here. */
const OPEN = `
SELECT l.virtualxid::text AS id
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
  AND (a.datid IS NULL OR a.datid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
  AND a.backend_type IS DISTINCT FROM 'autovacuum worker'`;

const WORK = `
SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text AS next,
  ARRAY(SELECT id FROM (${OPEN}) o) AS open`;

/** A prepared transaction is older if it is further from the next id than that id then is from the one of now. */
const LEFT = `
SELECT EXISTS (SELECT FROM (${OPEN}) o WHERE id = ANY ($1::pg_catalog.text[]))
  OR EXISTS (
    SELECT FROM pg_catalog.pg_prepared_xacts p
    WHERE p.database = pg_catalog.current_database() AND pg_catalog.age(p.transaction) >
      pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::numeric - $2::pg_catalog.numeric
  ) AS is_left`;

/** A function or a column that does not exist: an older server, or another one that speaks PostgreSQL's protocol. */
const UNKNOWN = new Set(["42883", "42P01", "42703", "0A000", "42501"]);

/** The transactions that are open in this database, besides the session's own; `null`: the server does not tell. */
export async function openWork({ client }: Session): Promise<JsonObject | null> {
  await client.query("SAVEPOINT look");
  try {
    const { rows } = await client.query<{ next: string; open: string[] }>(WORK);
    const [found] = rows;
    return found === undefined ? null : { next: found.next, open: found.open };
  } catch (error) {
    if (!UNKNOWN.has(String(readOwn(error, "code")))) throw error;
    await client.query("ROLLBACK TO SAVEPOINT look");
    return null;
  }
}

/** Are the transactions over that {@link openWork} named? */
export async function isOver({ client }: Session, work: JsonObject): Promise<boolean> {
  const { rows } = await client.query<{ is_left: boolean }>(LEFT, [work["open"], work["next"]]);
  return rows[0]?.is_left !== true;
}
