import { BSON, type Document } from "mongodb";
import { type Json, type JsonObject, toJson } from "../../../shared/json.ts";
import { realToJson } from "../row-collector.ts";

const { EJSON } = BSON;

/** A value of a place: a text as it is, any other as MongoDB's extended JSON, which keeps its type and every digit. */
export function toPlace(value: unknown): string {
  if (typeof value === "string") return value;
  return EJSON.stringify({ value }, { relaxed: false });
}

/** The value that {@link toPlace} wrote. */
export function fromPlace(text: string, type: string | undefined): unknown {
  return type === "text" ? text : fromExtended(text)["value"];
}

/** What a definition says: `{"$oid": "…"}` and the like become values of their types. */
export function fromExtended(text: string): Document {
  return EJSON.parse(text, { relaxed: false, useBigInt64: true });
}

/** Types that MongoDB has besides those of JavaScript, as far as their values have an order. */
const TYPES: ReadonlyMap<unknown, string> = new Map([
  ...["Decimal128", "Long", "Int32", "Double"].map((name) => [name, "number"] as const),
  ["ObjectId", "object id"],
  ["Timestamp", "timestamp"],
  ["Binary", "binary"],
]);

/** Of which type a value is, as far as MongoDB compares values; `null`: they have no useful order. */
export function typeOf(value: unknown): string | null {
  if (typeof value === "number") return Number.isNaN(value) ? null : "number";
  if (typeof value === "bigint") return "number";
  if (typeof value === "string") return "text";
  if (value instanceof Date) return "date";
  const isObject = typeof value === "object" && value !== null;
  return (isObject && TYPES.get(Reflect.get(value, "_bsontype"))) || null;
}

/** A document as JSON: ids in hexadecimal, dates in ISO 8601, bytes in base64, numbers where JSON holds them exactly, else text. */
export function toRow(document: Document): JsonObject {
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [name, valueToJson(value)]),
  );
}

function valueToJson(value: unknown): Json {
  if (typeof value === "number") return realToJson(value);
  if (typeof value !== "object" || value === null) return toJson(value);
  if (Array.isArray(value)) return value.map(valueToJson);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof RegExp) return String(value);
  return typeof Reflect.get(value, "_bsontype") === "string" ? ofOwnType(value) : toRow(value);
}

/** A value of one of the types that MongoDB has besides those of JavaScript. */
function ofOwnType(value: object): Json {
  if (value instanceof BSON.ObjectId) return value.toHexString();
  if (value instanceof BSON.UUID) return value.toHexString(true);
  if (value instanceof BSON.Binary) return value.toString("base64");
  if (value instanceof BSON.Decimal128) return value.toString();
  return toJson(EJSON.serialize(value, { relaxed: true }));
}
