import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";

/** A member as it is written, for people who read all of it. */
export interface Detail {
  /** `url`, `headers.Accept`: names may come from the definition, too. */
  readonly name: string;
  /** Whole, with its line breaks; what is no text as JSON. */
  readonly value: string;
}

/** Members of a configuration, those of objects by themselves; nothing is left out or cut. */
export function detailsOf(config: JsonObject, leftOut: ReadonlySet<string>): readonly Detail[] {
  return Object.entries(config).flatMap(([name, value]): readonly Detail[] => {
    if (leftOut.has(name)) return [];
    const members = isJsonObject(value) ? Object.entries(value) : [];
    return members.length === 0
      ? [{ name, value: asText(value) }]
      : members.map(([member, one]) => ({ name: `${name}.${member}`, value: asText(one) }));
  });
}

/** A value as it is written: a text as it is, the rest as JSON, over several lines where it is long. */
export function asText(value: Json | undefined): string {
  if (typeof value === "string") return value;
  const isLong = typeof value === "object" && JSON.stringify(value).length > 80;
  return JSON.stringify(value ?? null, null, isLong ? 1 : undefined);
}
