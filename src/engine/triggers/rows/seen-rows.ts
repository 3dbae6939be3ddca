import type { RowPlace } from "../../ports/row-source.ts";
import { rowName } from "./row-progress.ts";

/** Most names that are kept; a row that is not among them is begun again, under the same id. */
const MAX_NAMES = 100_000;

/** The rows that this process has begun and may read again: kept so that it need not begin them again. */
export class SeenRows {
  #before = new Set<string>();
  #since = new Set<string>();
  /** Rows that the last reading again had. */
  late = 0;

  has(place: RowPlace): boolean {
    const name = rowName(place);
    return this.#before.has(name) || this.#since.has(name);
  }

  add(place: RowPlace): void {
    if (this.#before.size + this.#since.size < MAX_NAMES) this.#since.add(rowName(place));
  }

  /** Everything that was seen is read again until it is settled. */
  mark(): void {
    this.#before = this.#before.union(this.#since);
    this.#since = new Set();
  }

  /** What was seen before the mark is not read again. */
  settle(): void {
    this.#before = new Set();
  }

  clear(): void {
    this.settle();
    this.#since = new Set();
    this.late = 0;
  }
}
