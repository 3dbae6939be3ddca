import type { Json, JsonObject } from "./json.ts";

/** Fields by name: a value, or the list of its values, in order, of a name that is repeated. */
export function toFields(pairs: Iterable<readonly [name: string, value: Json]>): JsonObject {
  const byName = Map.groupBy(pairs, ([name]) => name);
  // fromEntries defines own members: a field called __proto__ is a field.
  return Object.fromEntries(
    Array.from(byName, ([name, all]): [string, Json] => {
      const [first = null, ...more] = all.map(([, value]) => value);
      return [name, more.length === 0 ? first : [first, ...more]];
    }),
  );
}
