import { constants } from "node:sqlite";

/** Settings of SQLite that only tell something. */
const READ_PRAGMAS = new Set([
  "foreign_key_list",
  "index_info",
  "index_list",
  "index_xinfo",
  "table_info",
  "table_list",
  "table_xinfo",
]);

/**
 * Says whether a statement of a workflow may do something: it stays within the one database file, leaves its settings alone,
 * and does not end the transaction that it runs in.
 *
 * @returns a code for `setAuthorizer`.
 */
export function authorize(action: number, subject: string | null): number {
  const { SQLITE_ATTACH, SQLITE_DETACH, SQLITE_TRANSACTION, SQLITE_SAVEPOINT } = constants;
  const isForbidden =
    action === SQLITE_ATTACH ||
    action === SQLITE_DETACH ||
    action === SQLITE_TRANSACTION ||
    action === SQLITE_SAVEPOINT ||
    (action === constants.SQLITE_PRAGMA && !READ_PRAGMAS.has(subject ?? ""));
  return isForbidden ? constants.SQLITE_DENY : constants.SQLITE_OK;
}
