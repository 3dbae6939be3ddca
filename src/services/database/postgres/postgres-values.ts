import { type Json, toJson } from "../../../shared/json.ts";
import { integerToJson, realToJson } from "../row-collector.ts";

/** Object ids of built-in types in PostgreSQL's catalog; they are fixed. */
const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
} as const;

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
  [OID.json, readJson],
  [OID.jsonb, readJson],
]);

/** The driver's parsers; only those of lists are used. */
export interface ListReader {
  getTypeParser(oid: number, format: "text"): (text: string) => unknown;
}

/**
 * A cell as JSON: dates in ISO 8601, bytes in base64, numbers where JSON holds them exactly, else
 * text.
 */
export function cellToJson(oid: number, text: string | null, types: ListReader): Json {
  if (text === null) return null;
  const reader = READERS.get(oid);
  if (reader) return reader(text);
  // The driver parses lists; every other type stays as text.
  const value: unknown = text.startsWith("{") ? types.getTypeParser(oid, "text")(text) : text;
  return Array.isArray(value) ? toJson(plain(value)) : text;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return Buffer.isBuffer(value) ? value.toString("base64") : value;
}

function toIso(text: string): string {
  return text.replace(" ", "T");
}

function isExact(text: string): boolean {
  return text.replaceAll(/^-?0*|\D/g, "").length <= EXACT_DIGITS;
}

function readJson(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}
