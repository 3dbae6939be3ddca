import type { SQLInputValue, StatementSync } from "node:sqlite";
import {
  conditionsOf,
  type IndexMember,
  orderOf,
  type RecordKind,
  type RecordQuery,
  type RecordStorage,
  type TextMember,
  type Value,
} from "../record-kind.ts";
import type { Connection } from "./connection.ts";
import { json, type Row } from "./row.ts";

/**
 * The records of one kind in their table.
 *
 * @param toRecord - reads a whole row, where the record is not one JSON text.
 */
export function recordTable<R extends Key, Key, Index extends string, Text extends string>(
  connection: Connection,
  kind: RecordKind<R, Key, Index, Text>,
  toRecord: (row: Row) => R = (row) => json<R>(row, "record"),
): RecordStorage<R, Key, Index, Text> {
  const insert = prepareInsert(connection, kind);
  const replace = prepareWrite(connection, kind, (into) => `REPLACE ${into}`);
  const keys = Object.entries(kind.key);
  const wanted = kind.texts.record.column ?? "*";
  const select = connection.prepare(
    `SELECT ${wanted} FROM ${kind.table} WHERE ${keys.map(([name]) => `${name} = ?`).join(" AND ")}`,
  );
  const remove = connection.prepare(
    `DELETE FROM ${kind.table} WHERE ${keys.map(([name]) => `${name} = ?`).join(" AND ")}`,
  );
  const lists = new Map<string, StatementSync>();
  const all = (selected: string, query: RecordQuery<Index>): readonly Row[] => {
    const { sql, values } = listQuery(kind, selected, query);
    let statement = lists.get(sql);
    if (statement === undefined) {
      statement = connection.prepare(sql);
      lists.set(sql, statement);
    }
    return statement.all(...values);
  };

  return {
    insert: (record) => connection.write(insert(record)),
    async save(record) {
      await connection.write(replace(record));
    },
    remove: (key) =>
      connection.write(() => {
        remove.run(...keys.map(([, value]) => value(key)));
      }),
    get: (key) =>
      connection.read(() => {
        const row = select.get(...keys.map(([, value]) => value(key)));
        return row === undefined ? null : toRecord(row);
      }),
    list: (query) => connection.read(() => all(wanted, query).map(toRecord)),
    listTexts: <T>(text: Text, query: RecordQuery<Index>) =>
      connection.read(() => {
        const { column, select: expression } = kind.texts[text];
        return all(`${column ?? expression} AS text`, query).map((row) => json<T>(row, "text"));
      }),
  };
}

/**
 * The statement that inserts a record of a kind, for a transaction that writes more than it.
 *
 * @returns a function that takes the values now and gives the write to run later, which says whether
 *   the record is new: one that is there already stays as it is.
 */
export function prepareInsert<R extends Key, Key, Index extends string, Text extends string>(
  connection: Connection,
  kind: RecordKind<R, Key, Index, Text>,
): (record: R) => () => boolean {
  return prepareWrite(connection, kind, (into) => `INSERT ${into} ON CONFLICT DO NOTHING`);
}

function prepareWrite<R extends Key, Key, Index extends string, Text extends string>(
  connection: Connection,
  kind: RecordKind<R, Key, Index, Text>,
  toSql: (into: string) => string,
): (record: R) => () => boolean {
  const columns = columnsOf(kind);
  const names = columns.map(([name]) => name).join(", ");
  const marks = columns.map(() => "?").join(", ");
  const statement = connection.prepare(toSql(`INTO ${kind.table} (${names}) VALUES (${marks})`));
  return (record) => {
    const values = columns.map(([, value]) => toColumn(value(record)));
    return () => statement.run(...values).changes === 1;
  };
}

/** Every column once, with what it holds of a record. */
function columnsOf<R extends Key, Key, Index extends string, Text extends string>(
  kind: RecordKind<R, Key, Index, Text>,
): readonly (readonly [string, (record: R) => Value])[] {
  const members: readonly { readonly column?: string; readonly value: (record: R) => Value }[] = [
    ...Object.values<IndexMember<R>>(kind.index),
    ...Object.values<TextMember<R>>(kind.texts),
  ];
  const columns = new Map<string, (record: R) => Value>(Object.entries(kind.key));
  for (const { column, value } of members) if (column !== undefined) columns.set(column, value);
  return [...columns];
}

function listQuery<R extends Key, Key, Index extends string, Text extends string>(
  { table, key, index }: RecordKind<R, Key, Index, Text>,
  selected: string,
  query: RecordQuery<Index>,
): { readonly sql: string; readonly values: readonly SQLInputValue[] } {
  const members = new Map(Object.entries<IndexMember<R>>(index));
  const columnOf = (name: string): string => members.get(name)?.column ?? name;
  const conditions = conditionsOf(query).map(([name, value]) =>
    typeof value === "object"
      ? {
          sql: `${columnOf(name)} >= ? AND ${columnOf(name)} < ?`,
          values: [value.from, value.before],
        }
      : { sql: `${columnOf(name)} = ?`, values: [toColumn(value)] },
  );
  const { order, limit } = query;
  const sorted = order.flatMap((part) => {
    const { name, isDescending } = orderOf<Index>(part);
    const columns = name === "key" ? Object.keys(key) : [columnOf(name)];
    return columns.map((column) => (isDescending ? `${column} DESC` : column));
  });
  const sql = [
    `SELECT ${selected} FROM ${table}`,
    conditions.length > 0 ? `WHERE ${conditions.map((one) => one.sql).join(" AND ")}` : "",
    `ORDER BY ${sorted.join(", ")}`,
    limit === undefined ? "" : "LIMIT ?",
  ].join(" ");
  const values = conditions.flatMap((one) => one.values);
  return { sql, values: limit === undefined ? values : [...values, limit] };
}

function toColumn(value: Value): SQLInputValue {
  return typeof value === "boolean" ? Number(value) : value;
}
