import { AppError } from "../../../shared/errors.ts";
import type { Json } from "../../../shared/json.ts";
import { MAX_DEPTH, tooDeep, toText } from "../../../shared/json-text.ts";
import type { Meter } from "./meter.ts";
import {
  Bytes,
  Duration,
  type ObjectValue,
  Optional,
  Special,
  Timestamp,
  TypeName,
  type Value,
} from "./special-values.ts";

export type { ObjectValue, Value } from "./special-values.ts";

/** An evaluation that fails; the message is about one operation. */
export function failed(message: string): AppError {
  return new AppError({ code: "expression_failed", message });
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** True for an object with members: no list and no special value. */
export function isObject(value: Value | undefined): value is ObjectValue {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Special)
  );
}

/** The type of a value in words: `text`, `a number`, `true or false`, `null`, `a list`, `an object`, `a timestamp`, … */
export function typeInWords(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "a number";
  if (value instanceof Special) return value.inWords;
  return typeof value === "boolean" ? "true or false" : "an object";
}

/** Equal in type and content; numbers by value, lists in order, objects by their keys. */
export function equalValues(a: Value, b: Value, meter: Meter): boolean {
  meter.spend(1);
  if (a === b) return true;
  if (isList(a) && isList(b)) {
    return (
      a.length === b.length && a.every((item, index) => equalValues(item, b[index] ?? null, meter))
    );
  }
  if (a instanceof Special || b instanceof Special) return equalSpecial(a, b, meter);
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalValues(a[key] ?? null, b[key] ?? null, meter))
  );
}

function equalSpecial(a: Value, b: Value, meter: Meter): boolean {
  if (a instanceof Optional && b instanceof Optional) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equalValues(a.value, b.value, meter);
  }
  if (a instanceof Bytes && b instanceof Bytes) {
    meter.spend(Math.floor(a.data.length / 100));
    return Buffer.compare(a.data, b.data) === 0;
  }
  if (a instanceof TypeName && b instanceof TypeName) return a.name === b.name;
  const times = bothTimes(a, b);
  return times !== null && times[0] === times[1];
}

/** The nanoseconds of two timestamps or of two durations; `null` for anything else. */
export function bothTimes(a: Value, b: Value): readonly [bigint, bigint] | null {
  if (a instanceof Timestamp && b instanceof Timestamp) return [a.nanoseconds, b.nanoseconds];
  if (a instanceof Duration && b instanceof Duration) return [a.nanoseconds, b.nanoseconds];
  return null;
}

/** The member of an object or the element of a list; `undefined` where there is none. Own members only. */
export function member(holder: Value, key: Value): Value | undefined {
  if (isList(holder)) {
    if (typeof key !== "number" && !(typeof key === "string" && /^\d+$/.test(key)))
      return undefined;
    return holder[Number(key)];
  }
  if (!isObject(holder) || (typeof key === "object" && key !== null)) return undefined;
  return Object.hasOwn(holder, String(key)) ? (holder[String(key)] ?? null) : undefined;
}

/** A value as text: scalars as they are, null as nothing, lists and objects as JSON. */
export function valueToText(value: Value, meter: Meter): string {
  if (value instanceof Bytes) return decodeUtf8(value);
  if (value instanceof Optional) return valueToText(value.value ?? null, meter);
  if (value instanceof Special) return value.toString();
  if (typeof value !== "object" || value === null) return toText(value);
  spendParts(value, meter, 0);
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw tooDeep(cause);
  }
}

/** Pays for every part. The same part may be there many times, so that few of them can be a text beyond all memory. */
function spendParts(value: Value, meter: Meter, depth: number): void {
  meter.spend(1);
  if (typeof value === "string") meter.scan(value);
  if (typeof value !== "object" || value === null) return;
  if (depth > MAX_DEPTH) throw tooDeep();
  if (value instanceof Special) return spendParts(value.toJSON(), meter, depth + 1);
  if (!isList(value)) spendKeys(value, meter);
  const parts = isList(value) ? value : Object.values(value);
  for (const part of parts) spendParts(part, meter, depth + 1);
}

/** Pays for the names of an object as far as they are long. */
export function spendKeys(value: ObjectValue, meter: Meter): void {
  for (const key of Object.keys(value)) meter.spend(Math.floor(key.length / 100));
}

/** @throws {AppError} `expression_failed` for bytes that are no UTF-8. */
export function decodeUtf8(bytes: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.data);
  } catch {
    throw failed("These bytes are not text in UTF-8. base64.encode(x) writes any bytes as text.");
  }
}

/**
 * A copy of a result that holds nothing but JSON: bytes become base64, timestamps and durations text, types their names,
 * optional values the value or null.
 *
 * @throws {AppError} `expression_failed` for a number that JSON programs cannot hold exactly, `limit_exceeded` when it is too large.
 */
export function copyResult(value: Value | undefined, meter: Meter, depth = 0): Json {
  meter.spend(1);
  if (depth > 100)
    throw new AppError({
      code: "limit_exceeded",
      message: "The result is nested deeper than 100 levels.",
    });
  if (typeof value === "string") {
    meter.give(value.length);
    return value;
  }
  if (typeof value === "number") return checkNumber(value);
  if (typeof value !== "object" || value === null) return value ?? null;
  if (isList(value)) return value.map((item) => copyResult(item, meter, depth + 1));
  if (value instanceof Special) return copyResult(value.toJSON(), meter, depth + 1);
  spendKeys(value, meter);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, copyResult(item, meter, depth + 1)]),
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
