import type { SQLOutputValue } from "node:sqlite";

/**
 * A row as the driver gives it. The tables are STRICT, so a column has the type of its declaration
 * or the query is wrong.
 */
export type Row = Readonly<Record<string, SQLOutputValue>>;

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new TypeError(`column ${column} is not text`);
  return value;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw new TypeError(`column ${column} is not a number`);
  return value;
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

/** A boolean, kept as 0 or 1. */
export function flag(row: Row, column: string): boolean {
  return integer(row, column) !== 0;
}

/**
 * JSON text. The type is taken on trust: the column is written by this store alone, from a value of
 * that type.
 */
export function json<T>(row: Row, column: string): T {
  const value: T = JSON.parse(text(row, column));
  return value;
}
