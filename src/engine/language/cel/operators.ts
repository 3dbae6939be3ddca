import { isJsonObject, type Json } from "../../../shared/json.ts";
import type { Meter } from "./meter.ts";
import { equalValues, failed, member, typeInWords } from "./values.ts";

type Binary = (left: Json, right: Json, meter: Meter) => Json;

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
  ["-", numeric("subtract", (left, right) => left - right)],
  ["*", numeric("multiply", (left, right) => left * right)],
  ["/", numeric("divide", (left, right) => left / nonZero(right))],
  ["%", numeric("divide", (left, right) => left % nonZero(right))],
]);

/** `-x`. */
export function negate(value: Json): number {
  if (typeof value === "number") return -value;
  throw failed(`A minus sign needs a number, not ${typeInWords(value)}.`);
}

/** A condition. @throws {AppError} for anything but true and false. */
export function truth(value: Json): boolean {
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

function hint(left: Json, right: Json): string {
  return typeof left === "string" || typeof right === "string"
    ? " double(x) makes a number of text."
    : "";
}

function add(left: Json, right: Json, meter: Meter): Json {
  if (typeof left === "number" && typeof right === "number") return left + right;
  if (typeof left === "string" && typeof right === "string") {
    meter.make(left.length + right.length);
    return left + right;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    meter.make(left.length + right.length);
    meter.spend(left.length + right.length);
    const joined: Json[] = [...left, ...right];
    return joined;
  }
  const convert =
    typeof left === "string" || typeof right === "string"
      ? " string(x) makes text of a number."
      : "";
  throw failed(`Cannot add ${typeInWords(left)} and ${typeInWords(right)}.${convert}`);
}

function ordered(test: (order: number) => boolean): Binary {
  return (left, right, meter) => {
    const alike =
      typeof left === typeof right && (typeof left === "number" || typeof left === "string");
    if (!alike || left === null || right === null) {
      throw failed(
        `Cannot compare ${typeInWords(left)} with ${typeInWords(right)}: both have to be numbers, or both text.`,
      );
    }
    if (typeof left === "string") meter.scan(left);
    return test(left < right ? -1 : left > right ? 1 : 0);
  };
}

function contains(item: Json, holder: Json, meter: Meter): boolean {
  if (Array.isArray(holder))
    return holder.some((candidate: Json) => equalValues(item, candidate, meter));
  if (isJsonObject(holder)) return member(holder, item) !== undefined;
  throw failed(
    `"in" looks into a list or an object, not into ${typeInWords(holder)}. For text use text.contains(part).`,
  );
}
