import { AppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";

/** Rows of one result. */
const MAX_ROWS = 1000;
/** Characters of one result as JSON: it is stored with the run. */
const MAX_RESULT_LENGTH = 1_000_000;

/** Collects rows up to a limit of count and length. */
export class RowCollector {
  readonly rows: JsonObject[] = [];
  #length = 0;

  /** @throws {AppError} `limit_exceeded`; `params_invalid` if two columns have one name. */
  add(columns: readonly string[], cells: readonly Json[]): void {
    if (this.rows.length === MAX_ROWS) throw tooMuch(`more than ${MAX_ROWS} rows`);
    if (this.rows.length === 0) requireDistinct(columns);
    // fromEntries defines own properties, so that a column named __proto__ stays data.
    const row = Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? null]));
    this.#length += JSON.stringify(row).length;
    if (this.#length > MAX_RESULT_LENGTH) {
      throw tooMuch(`more than ${MAX_RESULT_LENGTH / 1_000_000} MB`);
    }
    this.rows.push(row);
  }
}

function requireDistinct(columns: readonly string[]): void {
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated === undefined) return;
  throw new AppError({
    code: "params_invalid",
    message: `The query gives two columns named "${repeated}", and nothing was changed. Give one of them another name, with AS.`,
  });
}

function tooMuch(what: string): AppError {
  return new AppError({
    code: "limit_exceeded",
    message: `The query gives ${what}, and nothing was changed. Ask for less: fewer columns, a WHERE, a LIMIT.`,
  });
}

/** An integer of a database: a number where JSON holds it exactly, else text. */
export function integerToJson(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** A floating-point number; NaN and the infinities, which JSON cannot hold, become text. */
export function realToJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
