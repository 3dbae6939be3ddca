import type { Meter } from "./meter.ts";
import { compareValues } from "./order.ts";
import { Bytes, Duration, Timestamp } from "./special-values.ts";
import { checkDuration, checkTimestamp } from "./time-values.ts";
import {
  equalValues,
  failed,
  isList,
  isObject,
  member,
  typeInWords,
  type Value,
} from "./values.ts";

type Binary = (left: Value, right: Value, meter: Meter) => Value;

/** The operators with two operands that always evaluate both. */
export const BINARY: ReadonlyMap<string, Binary> = new Map<string, Binary>([
  ["==", equalValues],
  ["!=", (left, right, meter) => !equalValues(left, right, meter)],
  ["<", ordered((order) => order < 0)],
  ["<=", ordered((order) => order <= 0)],
  [">", ordered((order) => order > 0)],
  [">=", ordered((order) => order >= 0)],
  ["in", contains],
  ["+", add],
  ["-", subtract],
  ["*", numeric("multiply", (left, right) => left * right)],
  ["/", numeric("divide", (left, right) => left / nonZero(right))],
  ["%", numeric("divide", (left, right) => left % nonZero(right))],
]);

/** `-x`. */
export function negate(value: Value): number {
  if (typeof value === "number") return -value;
  throw failed(`A minus sign needs a number, not ${typeInWords(value)}.`);
}

/** A condition. @throws {AppError} for anything but true and false. */
export function truth(value: Value): boolean {
  if (typeof value === "boolean") return value;
  throw failed(
    `A condition has to be true or false, not ${typeInWords(value)}. Compare it: x == …, or has(x).`,
  );
}

function nonZero(value: number): number {
  if (value === 0) throw failed("Division by zero.");
  return value;
}

function numeric(verb: string, apply: (left: number, right: number) => number): Binary {
  return (left, right) => {
    if (typeof left === "number" && typeof right === "number") return apply(left, right);
    throw failed(
      `Cannot ${verb} ${typeInWords(left)} and ${typeInWords(right)}: both have to be numbers.${hint(left, right)}`,
    );
  };
}

function hint(left: Value, right: Value): string {
  return typeof left === "string" || typeof right === "string"
    ? " double(x) makes a number of text."
    : "";
}

const minus = numeric("subtract", (left, right) => left - right);

function subtract(left: Value, right: Value, meter: Meter): Value {
  if (left instanceof Timestamp && right instanceof Timestamp)
    return checkDuration(left.nanoseconds - right.nanoseconds);
  if (left instanceof Timestamp && right instanceof Duration)
    return checkTimestamp(left.nanoseconds - right.nanoseconds);
  if (left instanceof Duration && right instanceof Duration)
    return checkDuration(left.nanoseconds - right.nanoseconds);
  return minus(left, right, meter);
}

function add(left: Value, right: Value, meter: Meter): Value {
  if (typeof left === "number" && typeof right === "number") return left + right;
  if (typeof left === "string" && typeof right === "string") {
    meter.make(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    meter.make(left.length + right.length);
    meter.spend(left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Bytes && right instanceof Bytes) {
    meter.make(left.data.length + right.data.length);
    return new Bytes(Buffer.concat([left.data, right.data]));
  }
  return addTimes(left, right) ?? unfit(left, right);
}

function addTimes(left: Value, right: Value): Value | undefined {
  if (left instanceof Timestamp && right instanceof Duration)
    return checkTimestamp(left.nanoseconds + right.nanoseconds);
  if (left instanceof Duration && right instanceof Timestamp)
    return checkTimestamp(left.nanoseconds + right.nanoseconds);
  if (left instanceof Duration && right instanceof Duration)
    return checkDuration(left.nanoseconds + right.nanoseconds);
  return undefined;
}

function unfit(left: Value, right: Value): never {
  const convert =
    typeof left === "string" || typeof right === "string"
      ? " string(x) makes text of a number."
      : "";
  throw failed(`Cannot add ${typeInWords(left)} and ${typeInWords(right)}.${convert}`);
}

function ordered(test: (order: number) => boolean): Binary {
  return (left, right, meter) => test(compareValues(left, right, meter));
}

function contains(item: Value, holder: Value, meter: Meter): boolean {
  if (isList(holder)) return holder.some((candidate) => equalValues(item, candidate, meter));
  if (isObject(holder)) return member(holder, item) !== undefined;
  throw failed(
    `"in" looks into a list or an object, not into ${typeInWords(holder)}. For text use text.contains(part).`,
  );
}
