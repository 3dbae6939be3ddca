import { AppError } from "./errors.ts";
import type { Json } from "./json.ts";
import { findJsonMistake } from "./json-syntax.ts";

/** No real data is nested deeper, and code that walks it would exhaust its stack. */
const MAX_DEPTH = 100;

/**
 * Parses a request body as JSON, whatever its declared type.
 *
 * @throws {AppError} `json_malformed` with line and column, or when it is not UTF-8, is nested too
 * deeply or has a number that is too large.
 */
export function parseJsonBody(body: Uint8Array): Json {
  const text = decode(body);
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(text);
  }
  assertPlain(value);
  return value;
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new AppError({
      code: "json_malformed",
      message: "The body is not UTF-8 text. Send JSON in UTF-8.",
    });
  }
}

function malformed(text: string): AppError {
  const mistake = findJsonMistake(text);
  // Falls back to the end of the text if `JSON.parse` should ever refuse more than findJsonMistake.
  const { offset, expected } = mistake ?? { offset: text.length, expected: "valid JSON" };
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  const column = (lines.at(-1)?.length ?? 0) + 1;
  const found = offset >= text.length ? "the text ends" : `there is ${quote(text, offset)}`;
  return new AppError({
    code: "json_malformed",
    message: `The body is not valid JSON: at line ${lines.length}, column ${column} ${found} where ${expected} should be.`,
    details: { line: lines.length, column, position: offset },
  });
}

/** One character, written so that control characters stay out of the response. */
function quote(text: string, offset: number): string {
  const point = text.codePointAt(offset) ?? 0;
  const printable = /[\p{L}\p{N}\p{P}\p{S}]/u.test(String.fromCodePoint(point));
  return printable
    ? `“${String.fromCodePoint(point)}”`
    : `the character U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}

function assertPlain(root: Json): void {
  const open: { readonly value: Json; readonly depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new AppError({
        code: "json_malformed",
        message: "A number in the body is too large. Send it as text.",
      });
    }
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DEPTH) {
      throw new AppError({
        code: "json_malformed",
        message: `The body is nested more than ${MAX_DEPTH} levels deep. Make it flatter.`,
      });
    }
    for (const part of Object.values(value)) open.push({ value: part, depth: depth + 1 });
  }
}
