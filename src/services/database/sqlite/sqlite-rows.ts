import type {
  PlacedRow,
  RowPlace,
  RowQuestion,
  RowSource,
} from "../../../engine/ports/row-source.ts";
import { AppError } from "../../../shared/errors.ts";
import type { Json } from "../../../shared/json.ts";
import type { QueryResult } from "../database.ts";
import {
  asTable,
  column,
  compared,
  EXTRA,
  extraText,
  inOrder,
  placeColumns,
  placedRows,
  requireSameTypes,
} from "../marked-query.ts";

/** Runs one statement. */
type Run = (sql: string, values: readonly Json[], signal: AbortSignal) => Promise<QueryResult>;

/** SQLite's storage classes that are compared with each other, https://www.sqlite.org/datatype3.html#comparison_expressions. */
const TYPES: ReadonlyMap<string | null, string> = new Map([
  ["integer", "number"],
  ["real", "number"],
  ["text", "text"],
]);

/** The rows of a SQLite file in the order of a mark. Writers of SQLite take turns, so none is at work that a trigger has to wait for. */
export function createSqliteRows(run: Run): RowSource {
  const find = async (
    question: RowQuestion,
    rest: string,
    values: readonly Json[],
    signal: AbortSignal,
  ): Promise<readonly PlacedRow[]> => {
    const { rows } = await run(`${selection(question)} ${rest}`, values, signal);
    const columns = placeColumns(question);
    return placedRows(rows, columns, (row, index) => {
      const value = extraText(row, String(index));
      if (value === null) return null;
      return { type: typeOf(extraText(row, `type ${index}`), columns[index] ?? ""), value };
    });
  };
  return {
    async last(question, count, signal) {
      const columns = placeColumns(question);
      const rest = `WHERE ${column(question.mark)} IS NOT NULL ${inOrder(columns, "DESC")} LIMIT ${count}`;
      const rows = await find(question, rest, [], signal);
      await requireOneType(question, rows[0]?.place ?? null, { run, signal });
      return rows;
    },
    async read(question, { after, isInclusive, upTo, count }, signal) {
      const columns = placeColumns(question);
      const values: Json[] = [];
      const given = ({ types, values: texts }: RowPlace, width: number) =>
        texts.slice(0, width).map((text, index) => bind(text, types[index], values));
      const conditions = [`${column(question.mark)} IS NOT NULL`];
      if (after !== null && isInclusive) {
        conditions.push(compared([question.mark], ">=", given(after, 1)));
      } else if (after !== null) {
        conditions.push(compared(columns, ">", given(after, columns.length)));
      }
      if (upTo !== null) conditions.push(compared(columns, "<=", given(upTo, columns.length)));
      const rest = `WHERE ${conditions.join(" AND ")} ${inOrder(columns, "ASC")} LIMIT ${count}`;
      const rows = await find(question, rest, values, signal);
      if (rows.length < count) await requireOneType(question, after, { run, signal });
      return rows;
    },
    openWork: async () => null,
    isOver: async () => true,
    listen: async () => {
      throw new AppError({
        code: "params_invalid",
        message:
          'SQLite reports no changes. Leave "notify" out: the rows are looked for every "pollIntervalMs".',
      });
    },
  };
}

/** All columns of the query, and those of the place with the storage class of each value. */
function selection(question: RowQuestion): string {
  const places = placeColumns(question).flatMap((name, index) => [
    `${column(name)} AS "${EXTRA}${index}"`,
    `typeof(${column(name)}) AS "${EXTRA}type ${index}"`,
  ]);
  return `SELECT t.*, ${places.join(", ")} FROM ${asTable(question)}`;
}

/** A number as one: as text it would stand behind all numbers. An integer has more digits than JSON's numbers keep. */
function bind(text: string, type: string | undefined, values: Json[]): string {
  if (type !== "number") return `$${values.push(text)}`;
  if (/^-?\d+$/.test(text)) return `CAST($${values.push(text)} AS INTEGER)`;
  return `$${values.push(Number(text))}`;
}

/**
 * Values of a column may be of several types, and numbers stand before texts: the first and the last value show it.
 *
 * @throws {AppError} `params_invalid`: some would not be found.
 */
async function requireOneType(
  question: RowQuestion,
  place: RowPlace | null,
  { run, signal }: { readonly run: Run; readonly signal: AbortSignal },
): Promise<void> {
  const name = column(question.mark);
  const end = (direction: string) =>
    `SELECT * FROM (SELECT typeof(${name}) AS "${EXTRA}type" FROM ${asTable(question)} WHERE ${name} IS NOT NULL ORDER BY ${name} ${direction} LIMIT 1)`;
  const { rows } = await run(`${end("ASC")} UNION ALL ${end("DESC")}`, [], signal);
  const types = new Set(rows.map((row) => typeOf(extraText(row, "type"), question.mark)));
  if (types.size > 1) {
    throw new AppError({
      code: "params_invalid",
      message: `The column "${question.mark}" holds numbers and texts, of which one kind would never be found. Write it in one form, or have the query bring it into one: CAST(… AS TEXT), datetime(…).`,
    });
  }
  const [type] = types;
  if (place && type !== undefined) requireSameTypes([question.mark], [type], place);
}

function typeOf(storage: string | null, name: string): string {
  const type = TYPES.get(storage);
  if (type !== undefined) return type;
  throw new AppError({
    code: "params_invalid",
    message: `The column "${name}" holds a BLOB, by which rows have no place in an order. Name a column with numbers or texts.`,
  });
}
