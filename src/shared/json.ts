import { sha256 } from "./hash.ts";

/** A JSON value. Stored, templated and routed values are always of this type. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** True for a JSON object: not null, not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads an own property of a JSON object or an element of a list; `undefined` where there is none.
 *
 * Own properties only: `constructor` or `__proto__` as a name must find data or nothing.
 */
export function readOwn(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

/** Reads what stands at a path of names and positions, as `readOwn` reads each; of no names, the value itself. */
export function readPath(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, name) => readOwn(inner, String(name)), value);
}

/** Reads an own property that is a number; `null` for anything else. */
export function readNumber(value: unknown, key: string): number | null {
  const found = readOwn(value, key);
  return typeof found === "number" ? found : null;
}

/** JSON text with sorted keys and no white space: equal content gives equal text. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isJsonObject(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}

/** SHA-256 of the canonical JSON, as 64 hex digits. */
export function hashJson(value: Json): string {
  return sha256(canonicalJson(value)).toString("hex");
}

/**
 * Converts a value to JSON: dates become text, `undefined` members disappear, big integers become
 * numbers if these hold them exactly, else text.
 *
 * @throws {TypeError} for a cycle.
 */
export function toJson(value: unknown): Json {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "bigint" ? fromBigInt(part) : part,
  );
  // JSON.stringify is typed as `string` but returns undefined for undefined, functions and symbols.
  const parsed: Json = text === undefined ? null : JSON.parse(text);
  return parsed;
}

function fromBigInt(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/**
 * Whether lists and objects are nested more than `levels` deep. Recurses no further than that, so
 * no data can exhaust the stack.
 */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeper(item, levels - 1));
  return Object.keys(value).some((name) => isDeeper(Reflect.get(value, name), levels - 1));
}

/** An object in which any name is data: it inherits nothing, not even `constructor`. */
export function emptyRecord<T>(): Record<string, T> {
  const record: Record<string, T> = Object.create(null);
  return record;
}
