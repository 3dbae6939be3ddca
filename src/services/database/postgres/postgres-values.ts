import { counted } from "../../../shared/counted.ts";
import { AppError } from "../../../shared/errors.ts";
import type { Json } from "../../../shared/json.ts";
import { readJsonOrText } from "../../../shared/read-json.ts";
import { integerToJson, realToJson } from "../row-collector.ts";
import { readArray, writeArray } from "./arrays.ts";
import { type Kind, OID } from "./kinds.ts";

/** Digits that a double always keeps. */
const EXACT_DIGITS = 15;

/**
 * Parsers of PostgreSQL's text format, with `DateStyle` ISO, `TimeZone` UTC and `bytea_output` hex.
 */
const READERS: ReadonlyMap<number, (text: string) => Json> = new Map<
  number,
  (text: string) => Json
>([
  [OID.bool, (text) => text === "t"],
  [OID.int2, Number],
  [OID.int4, Number],
  [OID.oid, Number],
  [OID.int8, (text) => integerToJson(BigInt(text))],
  [OID.float4, (text) => realToJson(Number(text))],
  [OID.float8, (text) => realToJson(Number(text))],
  [OID.numeric, (text) => (/^[\d.-]+$/.test(text) && isExact(text) ? Number(text) : text)],
  [OID.timestamp, toIso],
  [OID.timestamptz, (text) => toIso(text).replace(/\+00$/, "Z")],
  [OID.bytea, (text) => Buffer.from(text.slice(2), "hex").toString("base64")],
  [OID.json, readJsonOrText],
  [OID.jsonb, readJsonOrText],
]);

/**
 * A cell as JSON: dates in ISO 8601, bytes in base64, numbers where JSON holds them exactly, else text. Elements of arrays are
 * read as cells of their type. Every other type is PostgreSQL's text.
 */
export function cellToJson(kind: Kind | undefined, text: string | null): Json {
  if (text === null || kind === undefined) return text;
  if (kind.form === "list") {
    return readArray(text, kind.delimiter, (item) => cellToJson(kind.element, item)) ?? text;
  }
  return READERS.get(kind.oid)?.(text) ?? text;
}

function toIso(text: string): string {
  return text.replace(" ", "T");
}

function isExact(text: string): boolean {
  return text.replaceAll(/^-?0*|\D/g, "").length <= EXACT_DIGITS;
}

/** Types of which no list and no object is a value, by their names. */
const SIMPLE_TYPES: ReadonlyMap<number, string> = new Map([
  [OID.bool, "boolean"],
  [OID.int2, "smallint"],
  [OID.int4, "integer"],
  [OID.int8, "bigint"],
  [OID.oid, "oid"],
  [OID.float4, "real"],
  [OID.float8, "double precision"],
  [OID.numeric, "numeric"],
  [OID.date, "date"],
  [OID.time, "time"],
  [OID.timestamp, "timestamp"],
  [OID.timestamptz, "timestamp with time zone"],
  [OID.interval, "interval"],
  [OID.uuid, "uuid"],
]);

/**
 * The values of a statement as PostgreSQL's text, each by the type of its parameter. For `json` and `jsonb` every value is JSON,
 * text too: `"a"` is stored as a JSON string. Null is SQL's NULL for every type. A list is an array where the parameter is one,
 * and JSON elsewhere.
 *
 * @throws {AppError} `params_invalid` where the number of values is another, where a list or an object is given for a number,
 *   a date and the like, or a number, a boolean or an object for an array.
 */
export function toParameters(
  values: readonly Json[],
  kinds: readonly Kind[],
): readonly (string | null)[] {
  if (values.length !== kinds.length) {
    const used = kinds.map((_kind, index) => `$${index + 1}`).join(", ") || "none";
    throw new AppError({
      code: "params_invalid",
      message: `"values" has ${counted(values.length, "value")}, and the query uses ${used}. Each value is used by its number: $1 is the first.`,
    });
  }
  return kinds.map((kind, index) => {
    const value = values[index] ?? null;
    requireFitting(kind, value, index);
    return value === null ? null : toText(kind, value);
  });
}

function requireFitting(kind: Kind, value: Json, index: number): void {
  if (
    kind.form === "list" &&
    !(value === null || typeof value === "string" || Array.isArray(value))
  ) {
    throw new AppError({
      code: "params_invalid",
      message: `"values.${index}" is no list, and $${index + 1} is an array. Give a list, also for one item.`,
    });
  }
  const type = kind.form === "scalar" ? SIMPLE_TYPES.get(kind.oid) : undefined;
  if (type === undefined || typeof value !== "object" || value === null) return;
  const [what, fix] = Array.isArray(value)
    ? ["a list", `To compare with each of its items write "= ANY($${index + 1})"`]
    : ["an object", "Give one of its members"];
  throw new AppError({
    code: "params_invalid",
    message: `"values.${index}" is ${what}, and $${index + 1} is of the type ${type}. ${fix}; to store it as JSON, the column has to be of the type jsonb.`,
  });
}

function toText(kind: Kind, value: Json): string {
  if (kind.form === "list" && Array.isArray(value)) {
    const { element, delimiter } = kind;
    return writeArray(value, delimiter, (item) => toText(element, item), isJson(element));
  }
  if (isJson(kind) || typeof value === "object") return JSON.stringify(value);
  return String(value);
}

function isJson(kind: Kind): boolean {
  return kind.form === "scalar" && (kind.oid === OID.json || kind.oid === OID.jsonb);
}
