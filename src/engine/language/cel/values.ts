import { AppError } from "../../../shared/errors.ts";
import { isJsonObject, type Json, readOwn } from "../../../shared/json.ts";
import type { Meter } from "./meter.ts";

/** An evaluation that fails; the message is about one operation. */
export function failed(message: string): AppError {
  return new AppError({ code: "expression_failed", message });
}

/** The type of a value in words: `text`, `a number`, `true or false`, `null`, `a list`, `an object`. */
export function typeInWords(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "a number";
  return typeof value === "boolean" ? "true or false" : "an object";
}

/** Equal in type and content; numbers by value, lists in order, objects by their keys. */
export function equalValues(a: Json, b: Json, meter: Meter): boolean {
  meter.spend(1);
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return (
      a.length === b.length && a.every((item: Json, index) => equalValues(item, b[index], meter))
    );
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalValues(a[key] ?? null, b[key] ?? null, meter))
  );
}

/** The member of an object or the element of a list; `undefined` where there is none. Own members only. */
export function member(holder: Json, key: Json): Json | undefined {
  if (Array.isArray(holder)) {
    if (typeof key !== "number" && !(typeof key === "string" && /^\d+$/.test(key)))
      return undefined;
    const item: Json | undefined = holder[Number(key)];
    return item;
  }
  if (!isJsonObject(holder) || (typeof key === "object" && key !== null)) return undefined;
  return Object.hasOwn(holder, String(key)) ? (holder[String(key)] ?? null) : undefined;
}

/**
 * A copy of a result that holds nothing but JSON.
 *
 * @throws {AppError} `expression_failed` for a number that JSON programs cannot hold exactly, `limit_exceeded` when it is too large.
 */
export function copyResult(value: unknown, meter: Meter, depth = 0): Json {
  meter.spend(1);
  if (depth > 100)
    throw new AppError({
      code: "limit_exceeded",
      message: "The result is nested deeper than 100 levels.",
    });
  if (typeof value === "string") {
    meter.make(value.length);
    return value;
  }
  if (typeof value === "number") return checkNumber(value);
  if (typeof value === "boolean" || value === null || value === undefined) return value ?? null;
  if (Array.isArray(value)) return value.map((item: unknown) => copyResult(item, meter, depth + 1));
  return Object.fromEntries(
    Object.keys(value)
      .filter((key) => readOwn(value, key) !== undefined)
      .map((key) => [key, copyResult(readOwn(value, key), meter, depth + 1)]),
  );
}

function checkNumber(value: number): number {
  if (!Number.isFinite(value)) throw failed("The result is not a finite number.");
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw failed(
      `The result ${value} is beyond 2^53, where whole numbers lose digits. Keep such numbers as text.`,
    );
  }
  return Object.is(value, -0) ? 0 : value;
}
