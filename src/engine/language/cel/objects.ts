import { failed, type ObjectValue, type Value } from "./values.ts";

/** An object of entries. @throws {AppError} `expression_failed` for a key that is no text, number or truth, or that comes twice. */
export function makeObject(entries: readonly (readonly [Value, Value])[]): ObjectValue {
  const names = new Set<string>();
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (typeof key === "object") throw failed("The key of an object has to be text or a number.");
      const name = String(key);
      if (names.has(name))
        throw failed(`The key ${JSON.stringify(name.slice(0, 80))} comes twice.`);
      names.add(name);
      return [name, value];
    }),
  );
}
