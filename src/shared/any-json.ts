import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/**
 * JSON that is kept as it is, whatever its members are called: `z.json()` and records of it leave out a member named `__proto__`
 * without a word.
 *
 * For what was parsed as JSON: its members are not checked. Each call makes a schema of its own, since traits belong to one.
 */
export function anyJson(): z.ZodType<Json, Json> {
  return z.custom<Json>(isJson, "must be JSON");
}

/** An object of {@link anyJson}. */
export function anyJsonObject(message = "must be an object"): z.ZodType<JsonObject, JsonObject> {
  return z.custom<JsonObject>(isJsonObject, message);
}

function isJson(value: unknown): boolean {
  return ["string", "boolean", "object"].includes(typeof value) || Number.isFinite(value);
}
