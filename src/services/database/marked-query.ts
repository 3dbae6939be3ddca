import type { PlacedRow, RowPlace, RowQuestion } from "../../engine/ports/row-source.ts";
import { AppError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";

/** Whether a row's mark or key stands before, at or behind another's. */
export type Comparison = "<=" | ">" | ">=";

/** The statement of a trigger as a table `t` of another one. */
export function asTable({ source }: RowQuestion): string {
  if (source.kind !== "query") {
    throw new AppError({
      code: "params_invalid",
      message: 'The database has no collections. Write a "query" in place of "collection".',
    });
  }
  const { query } = source;
  // On a line of its own: the query may end with a comment.
  return `(${query.replace(/[;\s]+$/, "")}\n) AS t`;
}

/** The columns of a place: mark and key. */
export function placeColumns({ mark, key }: RowQuestion): readonly string[] {
  return [mark, ...key];
}

/** A column of the table `t`. */
export function column(name: string): string {
  return `t."${name.replaceAll('"', '""')}"`;
}

/** `(t."mark", t."key") > ($1, $2)`. @param values - the values to compare with, in SQL. */
export function compared(
  columns: readonly string[],
  comparison: Comparison,
  values: readonly string[],
): string {
  return `(${columns.map(column).join(", ")}) ${comparison} (${values.join(", ")})`;
}

/** `ORDER BY t."mark", t."key"`. */
export function inOrder(columns: readonly string[], direction: "ASC" | "DESC"): string {
  return `ORDER BY ${columns.map((name) => `${column(name)} ${direction}`).join(", ")}`;
}

/** Names of columns that are read beside those of the query: no column of a table is called so. */
export const EXTRA = "heddle ";

/**
 * Rows that were read with {@link EXTRA} columns.
 *
 * @param placeOf - type and value of a column of the place, by its position; `null`: it is NULL.
 * @throws {AppError} `params_invalid` where a key is NULL, or where two rows have one place: one of them could be lost.
 */
export function placedRows(
  rows: readonly JsonObject[],
  columns: readonly string[],
  placeOf: (
    row: JsonObject,
    index: number,
    position: number,
  ) => { type: string; value: string } | null,
): readonly PlacedRow[] {
  const seen = new Set<string>();
  return rows.map((row, position) => {
    const parts = columns.map((name, index) => placeOf(row, index, position) ?? hasNoValue(name));
    const place: RowPlace = {
      types: parts.map(({ type }) => type),
      values: parts.map(({ value }) => value),
    };
    const name = JSON.stringify(place.values);
    if (seen.has(name)) throw isNoKey(columns, place);
    seen.add(name);
    const own = Object.entries(row).filter(([member]) => !member.startsWith(EXTRA));
    return { row: Object.fromEntries(own), place };
  });
}

/** The text of an extra column; `null`: it is NULL. */
export function extraText(row: JsonObject, name: string): string | null {
  const value = row[`${EXTRA}${name}`] ?? null;
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

/** @throws {AppError} `params_invalid`: the values of the place were written in columns of other types. */
export function requireSameTypes(
  columns: readonly string[],
  types: readonly string[],
  { types: before }: RowPlace,
): void {
  const changed = columns.findIndex((_name, index) => types[index] !== before[index]);
  if (changed === -1) return;
  throw new AppError({
    code: "params_invalid",
    message: `The column "${columns[changed]}" was of the type ${before[changed]} and is of the type ${types[changed]} now, so it is not known which rows are new. Give it its type back, or give the trigger another "id": it then begins with the rows that are new from now on.`,
  });
}

function hasNoValue(name: string): never {
  throw new AppError({
    code: "params_invalid",
    message: `A row has no value in the column "${name}", by which it would be recognized. Leave such rows out with WHERE, or name other columns as "key".`,
  });
}

function isNoKey(columns: readonly string[], { values }: RowPlace): AppError {
  const place = columns.map((name, index) => `${name} ${values[index]}`).join(", ");
  return new AppError({
    code: "params_invalid",
    message: `Several rows have ${place}, so that one of them could be lost. Name columns as "key" that tell rows apart.`,
  });
}
