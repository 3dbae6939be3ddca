/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json | undefined };

/** True for a JSON object: not null, not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own member of an object; `undefined` where there is none. */
export function member(value: unknown, key: string): unknown {
  if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
  return value[key];
}

/** The member found by following `keys`. */
export function memberAt(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((part, key) => member(part, key), value);
}

/** The value if it is text. */
export function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The objects of a list; empty for anything that is not a list. */
export function toObjects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The texts of a list; empty for anything that is not a list. */
export function toTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Parses JSON; `undefined` when it is malformed. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value as text: numbers and flags as they are written, anything else as JSON. */
export function toPlain(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
