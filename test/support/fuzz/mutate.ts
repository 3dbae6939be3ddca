import fc from "fast-check";
import type { Json } from "../../../src/shared/json.ts";
import { oddJson, oddKey, oddText } from "./odd-values.ts";

/** One change of a JSON value. `where` chooses the place among all that there are. */
export type Mutation =
  | { readonly what: "remove" | "wrap" | "double" | "as text"; readonly where: number }
  | { readonly what: "replace"; readonly where: number; readonly value: Json }
  | {
      readonly what: "add" | "rename";
      readonly where: number;
      readonly key: string;
      readonly value: Json;
    }
  | { readonly what: "copy"; readonly where: number; readonly from: number }
  | { readonly what: "text"; readonly where: number; readonly text: string; readonly at: number };

const where = fc.nat(100_000);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ what: fc.constantFrom("remove", "wrap", "double", "as text"), where }),
  fc.record({ what: fc.constant("replace"), where, value: oddJson }),
  fc.record({ what: fc.constantFrom("add", "rename"), where, key: oddKey, value: oddJson }),
  fc.record({ what: fc.constant("copy"), where, from: where }),
  fc.record({ what: fc.constant("text"), where, text: oddText, at: fc.nat(60) }),
);

/** One to four changes. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(mutation, {
  minLength: 1,
  maxLength: 4,
});

/** A place within a value: its holder and its key there. */
interface Place {
  readonly holder: Json[] | { [key: string]: Json };
  readonly key: string;
}

/** @returns a changed copy; `value` stays as it is. */
export function mutate(value: Json, changes: readonly Mutation[]): Json {
  const root: Json[] = [structuredClone(value)];
  for (const change of changes) {
    const places = placesOf(root);
    const place = places[change.where % places.length];
    if (place !== undefined) apply(change, place, places);
  }
  return root[0] ?? null;
}

function placesOf(root: Json[]): Place[] {
  const places: Place[] = [];
  const visit = (holder: Place["holder"]): void => {
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      const value = read(holder, key);
      if (typeof value === "object" && value !== null) visit(value as Place["holder"]);
    }
  };
  visit(root);
  return places;
}

function apply(change: Mutation, { holder, key }: Place, places: readonly Place[]): void {
  const value = read(holder, key);
  switch (change.what) {
    case "remove":
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
      return;
    case "wrap":
      return write(holder, key, [value]);
    case "double":
      if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(value));
      else write(holder, `${key}2`, value);
      return;
    case "as text":
      return write(holder, key, typeof value === "string" ? value.length : JSON.stringify(value));
    case "replace":
      return write(holder, key, change.value);
    case "add":
      if (typeof value === "object" && value !== null)
        return write(value as Place["holder"], change.key, change.value);
      return write(holder, Array.isArray(holder) ? key : change.key, change.value);
    case "rename":
      if (Array.isArray(holder)) return write(holder, key, change.value);
      Reflect.deleteProperty(holder, key);
      return write(holder, change.key, value);
    case "copy": {
      const from = places[change.from % places.length];
      if (from !== undefined) write(holder, key, read(from.holder, from.key));
      return;
    }
    case "text": {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const at = Math.min(change.at, text.length);
      return write(holder, key, text.slice(0, at) + change.text + text.slice(at));
    }
  }
}

function read(holder: Place["holder"], key: string): Json {
  const value: Json | undefined = Object.hasOwn(holder, key) ? Reflect.get(holder, key) : null;
  return value ?? null;
}

/** Also a member named `__proto__` is only a member. */
function write(holder: Place["holder"], key: string, given: Json): void {
  const value = structuredClone(given);
  if (Array.isArray(holder) && !/^\d+$/.test(key)) holder.push(value);
  else
    Object.defineProperty(holder, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
}

/** One change of a text: a slice of it is taken out, repeated, or replaced. */
export interface TextMutation {
  readonly at: number;
  readonly length: number;
  readonly by: string | "twice";
}

export const textMutations: fc.Arbitrary<readonly TextMutation[]> = fc.array(
  fc.record({
    at: where,
    length: fc.oneof(fc.nat(3), fc.nat(80)),
    by: fc.oneof(
      fc.constantFrom(
        "",
        "twice",
        "123456789012345678901234567890",
        "1e999",
        '"__proto__":',
        ",",
        "{",
        "}",
        "[",
        '\\ud800"',
        "null",
        "/*",
        "'",
      ),
      oddText,
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

export function mutateText(text: string, changes: readonly TextMutation[]): string {
  return changes.reduce((text, { at, length, by }) => {
    const start = at % (text.length + 1);
    const slice = text.slice(start, start + length);
    return (
      text.slice(0, start) + (by === "twice" ? slice + slice : by) + text.slice(start + length)
    );
  }, text);
}
