import { AppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";

/** How much one result may hold. */
export interface ResultLimits {
  readonly rows: number;
  /** Characters as JSON. */
  readonly length: number;
}

/** Of the result of a step, which is stored with the run. */
export const STEP_LIMITS: ResultLimits = { rows: 1000, length: 1_000_000 };

/** Of what a trigger finds at once. Each row is stored with a run of its own. */
export const TRIGGER_LIMITS: ResultLimits = { rows: 10_000, length: 10_000_000 };

/** Collects rows up to a limit of count and length. */
export class RowCollector {
  readonly rows: JsonObject[] = [];
  readonly #columns: readonly string[];
  readonly #limits: ResultLimits;
  #length = 0;

  /** @throws {AppError} `params_invalid` if two columns have one name. */
  constructor(columns: readonly string[], limits: ResultLimits) {
    requireDistinct(columns);
    this.#columns = columns;
    this.#limits = limits;
  }

  /**
   * @param cells - as the database gives them; not read if there is too much of them.
   * @param read - a cell as JSON.
   * @throws {AppError} `limit_exceeded`.
   */
  add<Cell>(cells: readonly Cell[], read: (cell: Cell, index: number) => Json): void {
    const { rows, length } = this.#limits;
    if (this.rows.length === rows) throw tooMuch(`more than ${rows} rows`);
    const given = cells.reduce<number>((sum, cell) => sum + lengthOf(cell), 0);
    if (given > MAX_SHRINKAGE * length) throw tooMuch(`more than ${length / 1_000_000} MB`);
    // fromEntries defines own properties, so that a column named __proto__ stays data.
    const row = Object.fromEntries(
      cells.map((cell, index) => [this.#columns[index] ?? "", read(cell, index)]),
    );
    this.#length += JSON.stringify(row).length;
    if (this.#length > length) throw tooMuch(`more than ${length / 1_000_000} MB`);
    this.rows.push(row);
  }
}

/** How much longer a cell may be than its JSON: by white space, by two digits for a byte. */
const MAX_SHRINKAGE = 4;

function lengthOf(cell: unknown): number {
  return typeof cell === "string" || cell instanceof Uint8Array ? cell.length : 0;
}

function requireDistinct(columns: readonly string[]): void {
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated === undefined) return;
  throw new AppError({
    code: "params_invalid",
    message: `The query gives two columns named "${repeated}", and nothing was changed. Give one of them another name, with AS.`,
  });
}

/** A result that is too large. */
export function tooMuch(what: string): AppError {
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
