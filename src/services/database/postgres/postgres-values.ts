import { type Json, toJson } from "../../../shared/json.ts";
import { readJsonOrText } from "../../../shared/read-json.ts";
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
  point: 600,
  float4: 700,
  float8: 701,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
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
  [OID.json, readJsonOrText],
  [OID.jsonb, readJsonOrText],
]);

/** Lists by the type of their elements. Lists of other types are read by the driver. */
const ELEMENTS: ReadonlyMap<number, number> = new Map([
  [199, OID.json],
  [1000, OID.bool],
  [1001, OID.bytea],
  [1005, OID.int2],
  [1007, OID.int4],
  [1016, OID.int8],
  [1017, OID.point],
  [1021, OID.float4],
  [1022, OID.float8],
  [1028, OID.oid],
  [1115, OID.timestamp],
  [1182, OID.date],
  [1185, OID.timestamptz],
  [1187, OID.interval],
  [1231, OID.numeric],
  [3807, OID.jsonb],
]);

/** `text[]`: elements as PostgreSQL writes them. */
const TEXT_LIST = 1009;

/** The driver's parsers; only those of lists are used. */
export interface ListReader {
  getTypeParser(oid: number, format: "text"): (text: string) => unknown;
}

/**
 * A cell as JSON: dates in ISO 8601, bytes in base64, numbers where JSON holds them exactly, else
 * text. Elements of lists are read as cells of their type.
 */
export function cellToJson(oid: number, text: string | null, types: ListReader): Json {
  if (text === null) return null;
  const reader = READERS.get(oid);
  if (reader) return reader(text);
  // Every other type stays as text.
  if (!text.startsWith("{")) return text;
  const element = ELEMENTS.get(oid);
  const list = types.getTypeParser(element === undefined ? oid : TEXT_LIST, "text")(text);
  const read = element === undefined ? undefined : READERS.get(element);
  return Array.isArray(list) ? readList(list, read ?? ((one) => one)) : text;
}

function readList(list: readonly unknown[], read: (text: string) => Json): Json {
  return list.map((one): Json => {
    if (Array.isArray(one)) return readList(one, read);
    return typeof one === "string" ? read(one) : toJson(one);
  });
}

function toIso(text: string): string {
  return text.replace(" ", "T");
}

function isExact(text: string): boolean {
  return text.replaceAll(/^-?0*|\D/g, "").length <= EXACT_DIGITS;
}
