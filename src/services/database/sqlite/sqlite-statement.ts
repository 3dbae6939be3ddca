import {
  constants,
  type DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import { counted } from "../../../shared/counted.ts";
import { AppError } from "../../../shared/errors.ts";
import type { Json } from "../../../shared/json.ts";
import { parametersOf, type SqlToken, sqlTokens } from "../../../shared/sql/sql-tokens.ts";
import type { QueryResult } from "../database.ts";
import { integerToJson, type ResultLimits, RowCollector, realToJson } from "../row-collector.ts";

/**
 * Runs one statement in a transaction of its own.
 *
 * @throws {AppError} `params_invalid`, `limit_exceeded`; or the error of SQLite. Nothing was
 *   changed.
 */
export function runStatement(
  database: DatabaseSync,
  sql: string,
  values: readonly Json[],
  limits: ResultLimits,
): QueryResult {
  const tokens = sqlTokens(sql).filter(({ kind }) => kind !== "comment");
  requireOneStatement(tokens);
  const parameters = readParameters(tokens, values);
  // A writer takes its lock at the start: upgrading a read lock can fail without waiting.
  const reads = ["SELECT", "VALUES", "EXPLAIN", "PRAGMA"].includes(tokens[0]?.text ?? "");
  database.exec(reads ? "BEGIN" : "BEGIN IMMEDIATE");
  try {
    database.setAuthorizer(authorize);
    const statement = database.prepare(sql);
    const result = execute(statement, parameters, limits);
    database.setAuthorizer(null);
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.setAuthorizer(null);
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** SQLite would run the first statement and ignore the others. */
function requireOneStatement(tokens: readonly SqlToken[]): void {
  const end = tokens.findIndex(({ kind, text }) => kind === "symbol" && text === ";");
  if (tokens.length > 0 && (end === -1 || end === tokens.length - 1)) return;
  throw new AppError({
    code: "params_invalid",
    message: '"query" must be one statement. Use a step for each.',
  });
}

/** The values by parameter name. Checked here, since SQLite takes a missing one for NULL. */
function readParameters(
  tokens: readonly SqlToken[],
  values: readonly Json[],
): Record<string, SQLInputValue> {
  const used = parametersOf(tokens);
  const given = values.map((value, index): [string, SQLInputValue] => [
    `$${index + 1}`,
    toSqlite(value),
  ]);
  const names = new Set(given.map(([name]) => name));
  if (used.symmetricDifference(names).size === 0) return Object.fromEntries(given);
  const list = [...used].sort().join(", ") || "none";
  throw new AppError({
    code: "params_invalid",
    message: `"values" has ${counted(values.length, "value")}, and the query uses ${list}. Each value is used by its number: $1 is the first.`,
  });
}

function execute(
  statement: StatementSync,
  parameters: Record<string, SQLInputValue>,
  limits: ResultLimits,
): QueryResult {
  statement.setReadBigInts(true);
  const columns = statement.columns().map((column) => column.name);
  if (columns.length === 0) {
    return { rows: [], rowCount: Number(statement.run(parameters).changes) };
  }
  statement.setReturnArrays(true);
  const collector = new RowCollector(columns, limits);
  // With setReturnArrays a row is a list; Node's types do not know that.
  for (const row of statement.iterate(parameters)) {
    collector.add(Object.values(row), toJsonCell);
  }
  return { rows: collector.rows, rowCount: collector.rows.length };
}

function toSqlite(value: Json): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}

function toJsonCell(value: SQLOutputValue): Json {
  if (typeof value === "bigint") return integerToJson(value);
  if (typeof value === "number") return realToJson(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

/** Pragmas that only read. */
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
 * Limits what a statement of a workflow may do: it must stay within the one database file, leave
 * its settings alone and not end its transaction.
 *
 * @returns a code for `setAuthorizer`.
 */
function authorize(action: number, subject: string | null): number {
  const { SQLITE_ATTACH, SQLITE_DETACH, SQLITE_TRANSACTION, SQLITE_SAVEPOINT } = constants;
  const isForbidden =
    action === SQLITE_ATTACH ||
    action === SQLITE_DETACH ||
    action === SQLITE_TRANSACTION ||
    action === SQLITE_SAVEPOINT ||
    (action === constants.SQLITE_PRAGMA && !READ_PRAGMAS.has(subject ?? ""));
  return isForbidden ? constants.SQLITE_DENY : constants.SQLITE_OK;
}
