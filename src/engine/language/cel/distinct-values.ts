import type { Meter } from "./meter.ts";
import { equalValues, type Value } from "./values.ts";

/** Collects values and says whether an equal one is there. Text, numbers and the like are found at once; the rest by comparison. */
export class DistinctValues {
  readonly #plain = new Set<Value>();
  readonly #others: Value[] = [];
  readonly #meter: Meter;

  constructor(values: readonly Value[], meter: Meter) {
    this.#meter = meter;
    for (const value of values) this.add(value);
  }

  has(value: Value): boolean {
    this.#meter.spend(1);
    if (typeof value !== "object" || value === null) return this.#plain.has(value);
    return this.#others.some((other) => equalValues(value, other, this.#meter));
  }

  /** @returns whether it is new. */
  add(value: Value): boolean {
    if (this.has(value)) return false;
    if (typeof value !== "object" || value === null) this.#plain.add(value);
    else this.#others.push(value);
    return true;
  }
}
