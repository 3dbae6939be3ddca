import { type ContentType, decodeText, parseContentType } from "./content-type.ts";
import { AppError, isAppError } from "./errors.ts";
import { parseForm } from "./form-body.ts";
import type { Json } from "./json.ts";
import { parseJsonBody } from "./parse-json.ts";
import type { InexactNumbers } from "./read-json.ts";

/** What a request brings as variables. */
export interface VariablesBody {
  /** `undefined` if the body is empty; of a form an object; of plain text the text. */
  readonly value: Json | undefined;
  /** `json`: values have their type. `form`: they are text. */
  readonly form: "json" | "form";
}

const FORM = "application/x-www-form-urlencoded";

/** Types that are text, and read as it. */
const TEXT = "text/plain";

/**
 * Reads the body of a request that starts a run: JSON, a form or plain text, by its `Content-Type` and in the charset that this
 * names. What begins with `{` or `[` is JSON whatever its type: curl calls each body a form, and many senders call JSON text. Only
 * plain text that begins so and is none, `[ALERT] Disk full`, stays text.
 *
 * @throws {AppError} `json_malformed` for anything else, naming the type and what is taken; and as {@link parseJsonBody}.
 */
export function readVariablesBody(
  body: Uint8Array,
  header: string,
  inexact: InexactNumbers,
): VariablesBody {
  if (body.length === 0) return { value: undefined, form: "json" };
  const contentType = parseContentType(header);
  const { type, charset } = contentType;
  const isText = (type === FORM || type === TEXT) && !isMeantAsJson(body, contentType);
  if (isText && type === FORM) return { value: parseForm(body, charset), form: "form" };
  if (isText) return { value: decodeText(body, charset, "The body"), form: "form" };
  return { value: readJsonBody(body, contentType, inexact), form: "json" };
}

function readJsonBody(body: Uint8Array, { type, charset }: ContentType, inexact: InexactNumbers) {
  try {
    return parseJsonBody(body, { charset, inexact });
  } catch (error) {
    if (type === "" || isJsonType(type) || looksLikeJson(body) || !isAppError(error)) throw error;
    throw new AppError({
      code: "json_malformed",
      message: `A body of the type ${type.slice(0, 80)} is not taken. Send JSON (application/json), a form (${FORM}) or ${TEXT}.`,
      cause: error,
    });
  }
}

function isJsonType(type: string): boolean {
  return /[/+]json$/.test(type) || type === FORM || type === TEXT;
}

/** `[ALERT] Disk full`, `{printer} is on fire`: a word in brackets and more behind it, which no JSON is, malformed JSON included. */
const TAGGED_TEXT = /^\s*(?:\[[^[\]{}"]*\]|\{[^[\]{}":,]+\})\s*[^\s,\]}]/;

function isMeantAsJson(body: Uint8Array, { type, charset }: ContentType): boolean {
  if (!looksLikeJson(body)) return false;
  return type !== TEXT || !TAGGED_TEXT.test(decodeText(body, charset, "The body"));
}

/** In a real form a leading bracket would be encoded. */
function looksLikeJson(body: Uint8Array): boolean {
  const start = Buffer.from(body.subarray(0, 100)).toString("latin1");
  return /^(?:\xef\xbb\xbf)?\s*[{[]/.test(start);
}
