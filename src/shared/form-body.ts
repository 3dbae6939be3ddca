import { decodeText } from "./content-type.ts";
import { AppError } from "./errors.ts";
import { toFields } from "./form-fields.ts";
import type { JsonObject } from "./json.ts";

const [PERCENT, PLUS, SPACE] = [0x25, 0x2b, 0x20];

/** No person fills in more, and each takes a thousand times as long to read as a character. */
const MAX_FIELDS = 10_000;

/**
 * The fields of a form (`application/x-www-form-urlencoded`) as text. A name that is repeated gives the list of its values, in
 * order; names are taken as they stand, brackets included.
 *
 * @throws {AppError} `json_malformed` for an unknown charset, or bytes that are not text in it; `body_too_large` for more than
 * 10,000 fields.
 */
export function parseForm(body: Uint8Array, charset: string): JsonObject {
  // Latin 1 keeps each byte as one character; what the bytes mean is decided after the escapes are undone.
  const parts = Buffer.from(body).toString("latin1").split("&");
  if (parts.length > MAX_FIELDS) {
    throw new AppError({
      code: "body_too_large",
      message: `The form has more than ${MAX_FIELDS} fields. Send fewer, or JSON.`,
    });
  }
  const pairs = parts
    .filter((field) => field !== "")
    .map((field) => {
      const equals = field.includes("=") ? field.indexOf("=") : field.length;
      const [name, value] = [field.slice(0, equals), field.slice(equals + 1)];
      return [decodePart(name, charset), decodePart(value, charset)] as const;
    });
  return toFields(pairs);
}

/** A percent sign that begins no escape is itself, as in browsers. */
function decodePart(part: string, charset: string): string {
  const bytes = Buffer.from(part, "latin1");
  let end = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const hex = byte === PERCENT ? part.slice(at + 1, at + 3) : "";
    const isEscape = /^[\da-f]{2}$/i.test(hex);
    bytes[end] = isEscape ? Number.parseInt(hex, 16) : byte === PLUS ? SPACE : byte;
    end += 1;
    if (isEscape) at += 2;
  }
  return decodeText(bytes.subarray(0, end), charset, "The form");
}
