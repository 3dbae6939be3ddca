import { decodeText } from "./content-type.ts";
import { AppError } from "./errors.ts";
import { formatPath } from "./format-path.ts";
import type { Json } from "./json.ts";
import { findJsonMistake } from "./json-syntax.ts";
import { nextTurn } from "./next-turn.ts";
import { type InexactNumbers, type JsonReading, judgeJson, readPlainJson } from "./read-json.ts";

/** Where JSON comes from. */
export interface JsonSource {
  /** Begins the messages. @default "The body" */
  readonly what?: string;
  /** @default utf-8 */
  readonly charset?: string;
  /** @default refuse */
  readonly inexact?: InexactNumbers;
}

/**
 * Parses the bytes of a request body or a file as JSON. Nothing is altered: {@link readJson} has the rules.
 *
 * @throws {AppError} `json_malformed`: with line and column when it is not JSON, with each place in `details.problems` when a
 * value would not be kept as it is; or when it is not text in its charset.
 */
export function parseJsonBody(body: Uint8Array, source: JsonSource = {}): Json {
  const { what = "The body", charset = "utf-8", inexact = "refuse" } = source;
  const text = decodeText(body, charset, what);
  return valueOf(judgeJson(text, parse(text, what), inexact), what);
}

/** Bytes of JSON that are read in one turn of the event loop. */
const LONG = 100_000;

/** The same, in several turns of the event loop if it is long: what is made to be slow takes some 0.2 s for a megabyte. */
export async function parseJsonInTurns(body: Uint8Array, source: JsonSource = {}): Promise<Json> {
  if (body.length < LONG) return parseJsonBody(body, source);
  const { what = "The body", charset = "utf-8", inexact = "refuse" } = source;
  const text = decodeText(body, charset, what);
  const plain = parse(text, what);
  await nextTurn();
  const value = valueOf(judgeJson(text, plain, inexact), what);
  await nextTurn();
  return value;
}

function valueOf({ value, faults }: JsonReading, what: string): Json {
  const problems = faults.map(({ path, ...fault }) => ({ path: formatPath(path), ...fault }));
  const [first] = problems;
  if (first === undefined) return value;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  throw new AppError({
    code: "json_malformed",
    message: `${what} cannot be taken as it is: ${first.path === "" ? "" : `${first.path}: `}${first.message}. ${first.fix}${more}`,
    details: { problems },
  });
}

function parse(text: string, what: string): Json {
  try {
    return readPlainJson(text);
  } catch {
    throw malformed(text, what);
  }
}

function malformed(text: string, what: string): AppError {
  const mistake = findJsonMistake(text);
  // Falls back to the end of the text if `JSON.parse` should ever refuse more than findJsonMistake.
  const { offset, expected } = mistake ?? { offset: text.length, expected: "valid JSON" };
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  const column = (lines.at(-1)?.length ?? 0) + 1;
  const found = offset >= text.length ? "the text ends" : `there is ${quote(text, offset)}`;
  return new AppError({
    code: "json_malformed",
    message: `${what} is not valid JSON: at line ${lines.length}, column ${column} ${found} where ${expected} should be.`,
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
