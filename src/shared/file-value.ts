import { counted } from "./counted.ts";
import { sha256 } from "./hash.ts";
import { isJsonObject, type Json } from "./json.ts";

/**
 * A file among the values of a run: data like any other. Its bytes are stored apart, under the reference, which follows from them:
 * equal bytes have equal references.
 */
export type FileValue = {
  /** Without folders; for people, and for the other side. */
  readonly name: string;
  /** A media type, with the charset of text where it is known: `application/pdf`, `text/csv; charset=utf-8`. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** `sha256:` and 64 hex digits in lower case. */
  readonly ref: string;
  /** Of the same file in the place that it came from, where it has one: Slack's id. It gives no right to the bytes. */
  readonly id?: string;
};

/** A file that comes from outside: its value, and its bytes, which must not be changed any more. */
export interface IncomingFile {
  readonly value: FileValue;
  readonly bytes: Uint8Array;
}

/** What is known of bytes whose sender says nothing about them. */
export const UNKNOWN_TYPE = "application/octet-stream";

/** As {@link safeType} writes it: it is sent in headers. */
const TYPE = /^[\w.+!#$&^-]{1,127}\/[\w.+!#$&^-]{1,127}(?:; ?charset=[\w.:+-]{1,40})?$/;

const REF = /^sha256:[0-9a-f]{64}$/;

const ID = /^[\w-]{1,64}$/;

/** Whether a value is a file: the members of {@link FileValue} and no others. That its bytes exist is not known by it. */
export function isFileValue(value: unknown): value is FileValue {
  if (!isJsonObject(value)) return false;
  const { name, type, size, ref, id, ...rest } = value;
  return (
    typeof name === "string" &&
    typeof type === "string" &&
    TYPE.test(type) &&
    typeof size === "number" &&
    typeof ref === "string" &&
    REF.test(ref) &&
    (id === undefined || (typeof id === "string" && ID.test(id))) &&
    Object.keys(rest).length === 0
  );
}

/** The files in a value, however deep, each reference once. */
export function findFileValues(value: Json): readonly FileValue[] {
  const found = new Map<string, FileValue>();
  const visit = (one: Json): void => {
    if (typeof one !== "object" || one === null) return;
    if (isFileValue(one)) found.set(one.ref, one);
    else for (const member of Object.values<Json>(one)) visit(member);
  };
  visit(value);
  return [...found.values()];
}

/** The value of bytes under a name as it was given, which is made safe, and a type. */
export function toIncomingFile(
  bytes: Uint8Array,
  { name, type, id }: { readonly name: string; readonly type: string; readonly id?: string },
): IncomingFile {
  const ref = `sha256:${sha256(bytes).toString("hex")}`;
  return {
    value: {
      ...{ name: safeFileName(name), type: safeType(type), size: bytes.length, ref },
      ...(id !== undefined && { id }),
    },
    bytes,
  };
}

/** Longest name, in code points; file systems take 255 bytes. */
const MAX_NAME = 120;
/** Letters of an ending that is kept when a name is cut. */
const MAX_ENDING = 12;

/** A name for bytes that came without one. */
const NO_NAME = "file";

/**
 * The name of a file without what could do harm where it is saved or shown: folders, control characters, line breaks, and signs
 * that change the direction of writing, so that an ending is seen as what it is. Long names are cut before their ending.
 */
export function safeFileName(given: string): string {
  const last = given.toWellFormed().split(/[/\\]/).at(-1) ?? "";
  const name = last
    .replaceAll(/[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu, "")
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .normalize("NFC")
    .trim();
  if (/^\.*$/.test(name)) return NO_NAME;
  const points = Array.from(name);
  if (points.length <= MAX_NAME) return name;
  const dot = points.lastIndexOf(".");
  const ending = dot > 0 && points.length - dot <= MAX_ENDING + 1 ? points.slice(dot) : [];
  return [...points.slice(0, MAX_NAME - ending.length), ...ending].join("");
}

/** `type/subtype` of a header, and its charset. */
const MEDIA_TYPE = /^\s*([\w.+!#$&^-]{1,127}\/[\w.+!#$&^-]{1,127})\s*(?:;|$)/;
const CHARSET = /;\s*charset\s*=\s*"?([\w.:+-]{1,40})"?/i;

/** A media type as a header may carry it, in lower case, with no other parameter than the charset of text. */
function safeType(given: string): string {
  const type = MEDIA_TYPE.exec(given)?.[1]?.toLowerCase();
  if (type === undefined) return UNKNOWN_TYPE;
  const charset = CHARSET.exec(given)?.[1]?.toLowerCase();
  return charset === undefined ? type : `${type}; charset=${charset}`;
}

/** A size for people: `10 MB`. */
export function writeSize(bytes: number): string {
  if (bytes < 1000) return counted(bytes, "byte");
  const [unit, size] = bytes < 1_000_000 ? ["kB", bytes / 1000] : ["MB", bytes / 1_000_000];
  return `${Number(size.toFixed(1))} ${unit}`;
}
