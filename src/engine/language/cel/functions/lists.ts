import { counted } from "../../../../shared/counted.ts";
import { define, list, type NamedFunction, number, whole } from "../arguments.ts";
import { DistinctValues } from "../distinct-values.ts";
import type { Meter } from "../meter.ts";
import { compareValues } from "../order.ts";
import { Optional } from "../special-values.ts";
import { failed, isList, type Value } from "../values.ts";
import { sumDecimals } from "./decimals.ts";

function range([count]: readonly Value[], meter: Meter, usage: string): Value {
  const length = whole(count, usage);
  if (length < 0) throw failed(`${usage} takes no negative number.`);
  meter.make(length);
  meter.spend(length);
  return Array.from({ length }, (_, index) => index);
}

function distinct([values]: readonly Value[], meter: Meter, usage: string): Value {
  const found = new DistinctValues([], meter);
  return list(values, usage).filter((value) => found.add(value));
}

function flatten([values, levels]: readonly Value[], meter: Meter, usage: string): Value {
  const depth = levels === undefined ? 1 : whole(levels, usage);
  if (depth < 0) throw failed(`${usage} takes no negative number of levels.`);
  const flat: Value[] = [];
  const visit = (part: readonly Value[], left: number): void => {
    meter.spend(part.length + 1);
    for (const item of part) {
      if (isList(item) && left > 0) visit(item, left - 1);
      else flat.push(item);
    }
  };
  visit(list(values, usage), depth);
  return flat;
}

function slice([values, from, to]: readonly Value[], meter: Meter, usage: string): Value {
  const source = list(values, usage);
  const [start, end] = [whole(from, usage), whole(to, usage)];
  if (start < 0 || end > source.length || start > end) {
    throw failed(
      `${usage}: the list has ${counted(source.length, "element")}, so ${start} to ${end} is outside.`,
    );
  }
  meter.spend(end - start);
  return source.slice(start, end);
}

/** Elements in the order of their keys; equal ones stay in their order. @throws {AppError} for keys of different types. */
export function sortByKeys(
  entries: readonly { readonly value: Value; readonly key: Value }[],
  meter: Meter,
): readonly Value[] {
  meter.spend(entries.length);
  const [only] = entries;
  if (only !== undefined && entries.length === 1) compareValues(only.key, only.key, meter);
  return entries.toSorted((a, b) => compareValues(a.key, b.key, meter)).map(({ value }) => value);
}

function sort([values]: readonly Value[], meter: Meter, usage: string): Value {
  return sortByKeys(
    list(values, usage).map((value) => ({ value, key: value })),
    meter,
  );
}

function end(name: string, at: 0 | -1): NamedFunction {
  return define(
    name,
    `list.${name}()`,
    [1, 1],
    ([values], _meter, usage) => new Optional(list(values, usage).at(at)),
  );
}

function extreme(name: string, sign: 1 | -1): NamedFunction {
  return define(name, `list.${name}()`, [1, 1], ([values], meter, usage) => {
    const [first, ...rest] = list(values, usage);
    if (first === undefined) throw failed(`${usage}: the list is empty.`);
    compareValues(first, first, meter);
    return rest.reduce<Value>(
      (best, value) => (compareValues(value, best, meter) * sign > 0 ? value : best),
      first,
    );
  });
}

function setTest(
  name: string,
  test: (first: readonly Value[], second: readonly Value[], meter: Meter) => boolean,
): NamedFunction {
  return define(name, `${name}(list, other)`, [2, 2], ([first, second], meter, usage) =>
    test(list(first, usage), list(second, usage), meter),
  );
}

function containsAll(all: readonly Value[], wanted: readonly Value[], meter: Meter): boolean {
  const found = new DistinctValues(all, meter);
  return wanted.every((value) => found.has(value));
}

export const listFunctions: readonly NamedFunction[] = [
  define("lists.range", "lists.range(count)", [1, 1], range),
  setTest("sets.contains", containsAll),
  setTest("sets.equivalent", (a, b, meter) => containsAll(a, b, meter) && containsAll(b, a, meter)),
  setTest("sets.intersects", (a, b, meter) => {
    const found = new DistinctValues(a, meter);
    return b.some((value) => found.has(value));
  }),
];

export const listMethods: readonly NamedFunction[] = [
  define("distinct", "list.distinct()", [1, 1], distinct),
  define("flatten", "list.flatten(levels)", [1, 2], flatten),
  define("slice", "list.slice(from, to)", [3, 3], slice),
  define("sort", "list.sort()", [1, 1], sort),
  end("first", 0),
  end("last", -1),
  extreme("min", -1),
  extreme("max", 1),
  define("sum", "list.sum()", [1, 1], ([values], meter, usage) => {
    const numbers = list(values, usage).map((value) => number(value, usage));
    meter.spend(numbers.length * 20);
    return sumDecimals(numbers);
  }),
];
