import type { Json, JsonObject } from "../json.ts";

/** A record as it is sent. Records hold nothing but JSON; this only says so to the compiler. */
export function toWire(record: object): JsonObject {
  const members: readonly (readonly [string, Json | undefined])[] = Object.entries(record);
  return Object.fromEntries(members);
}
