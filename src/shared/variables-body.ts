import {
  type ContentType,
  charsetOf,
  decodeText,
  isTextType,
  parseContentType,
} from "./content-type.ts";
import { AppError } from "./errors.ts";
import { type IncomingFile, toIncomingFile, UNKNOWN_TYPE } from "./file-value.ts";
import { parseForm } from "./form-body.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { parseMultipart } from "./multipart-body.ts";
import { parseJsonBody, parseJsonInTurns } from "./parse-json.ts";
import type { InexactNumbers } from "./read-json.ts";

/** What a request brings as variables. */
export interface VariablesBody {
  /** `undefined` if the body is empty; of a form an object; of text the text, of a file its value. */
  readonly value: Json | undefined;
  /** `json`: values have their type. `form`: they are text. */
  readonly form: "json" | "form";
  /** The files among the values. */
  readonly files: readonly IncomingFile[];
}

const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data";

/**
 * Reads the body of a request that starts a run, by its `Content-Type` and in the charset that this names: JSON, a form, text, or a
 * file, which is everything else. What begins with `{` or `[` is JSON if its type may be: curl calls each body a form, and many
 * senders call JSON text. Only text that begins so and is none, `[ALERT] Disk full`, stays text.
 *
 * @param fileName - names a body that is a file.
 * @throws {AppError} `json_malformed` for what cannot be read, naming the type; and as {@link parseJsonBody}, {@link parseMultipart}.
 */
export async function readVariablesBody(
  body: Uint8Array,
  header: string,
  inexact: InexactNumbers,
  fileName = "",
): Promise<VariablesBody> {
  if (body.length === 0) return { value: undefined, form: "json", files: [] };
  const contentType = parseContentType(header);
  const { type, charset } = contentType;
  if (type === MULTIPART) {
    const { fields, files } = await parseMultipart(body, header, inexact);
    return { value: fields, form: "form", files };
  }
  if (type.startsWith("multipart/")) throw notTaken(type);
  if (isMeantAsJson(body, contentType) && !isOtherBytes(body, type)) {
    const value = await parseJsonInTurns(body, { charset, inexact });
    return { value, form: "json", files: [] };
  }
  if (type === FORM) return { value: parseForm(body, charset), form: "form", files: [] };
  if (isTextType(type))
    return {
      value: decodeText(body, charsetOf(body, header), "The body"),
      form: "form",
      files: [],
    };
  const file = toIncomingFile(body, { name: fileName, type: header });
  return { value: file.value, form: "json", files: [file] };
}

/** The members of what was brought; `null` if it is one value: text, a list, a file. */
export function variablesOf({ value, files }: VariablesBody): JsonObject | null {
  if (value === undefined) return {};
  return isJsonObject(value) && files[0]?.value !== value ? value : null;
}

function notTaken(type: string): AppError {
  return new AppError({
    code: "json_malformed",
    message: `A body of the type ${type.slice(0, 80)} is not taken. Send JSON (application/json), a form (${FORM} or ${MULTIPART}), text (text/plain, XML), or one file under its own type, such as application/pdf.`,
  });
}

/** Types that senders give to JSON although they mean it. */
const MAYBE_JSON = new Set(["", FORM, UNKNOWN_TYPE]);

/** `[ALERT] Disk full`, `{printer} is on fire`: a word in brackets and more behind it, which no JSON is, malformed JSON included. */
const TAGGED_TEXT = /^\s*(?:\[[^[\]{}"]*\]|\{[^[\]{}":,]+\})\s*[^\s,\]}]/;

function isMeantAsJson(body: Uint8Array, { type, charset }: ContentType): boolean {
  if (type === "" || /[/+]json$/.test(type)) return true;
  if (!looksLikeJson(body) || /[/+]xml$/.test(type)) return false;
  if (isTextType(type) && type !== FORM)
    return !TAGGED_TEXT.test(decodeText(body, charset, "The body"));
  return MAYBE_JSON.has(type) || /^application\/(?:x-|vnd\.)/.test(type);
}

/** A file may begin like JSON. */
function isOtherBytes(body: Uint8Array, type: string): boolean {
  if (type !== UNKNOWN_TYPE) return false;
  try {
    parseJsonBody(body, { charset: "utf-8", inexact: "text" });
    return false;
  } catch {
    return true;
  }
}

/** In a real form a leading bracket would be encoded. */
function looksLikeJson(body: Uint8Array): boolean {
  const start = Buffer.from(body.subarray(0, 100)).toString("latin1");
  return /^(?:\xef\xbb\xbf)?\s*[{[]/.test(start);
}
