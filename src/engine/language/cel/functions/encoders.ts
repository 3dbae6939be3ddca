import { formatPath } from "../../../../shared/format-path.ts";
import { findJsonMistake } from "../../../../shared/json-syntax.ts";
import { type JsonReading, mayBeInexact, readJson } from "../../../../shared/read-json.ts";
import { define, type NamedFunction, text } from "../arguments.ts";
import type { Meter } from "../meter.ts";
import { Bytes } from "../special-values.ts";
import { failed, type Value } from "../values.ts";

function encodeBase64([value]: readonly Value[], meter: Meter, usage: string): string {
  const bytes = value instanceof Bytes ? Buffer.from(value.data) : Buffer.from(text(value, usage));
  meter.make(bytes.length);
  return bytes.toString("base64");
}

/** Both alphabets, with and without padding. */
function decodeBase64([value]: readonly Value[], meter: Meter, usage: string): Bytes {
  const source = text(value, usage);
  meter.make(source.length);
  const body = source.replace(/={1,2}$/, "");
  if (/[^A-Za-z0-9+/_-]/.test(body) || body.length % 4 === 1)
    throw failed(`${usage}: this text is not base64.`);
  return new Bytes(Buffer.from(body, "base64"));
}

function encodeUrl([value]: readonly Value[], meter: Meter, usage: string): string {
  const source = text(value, usage).toWellFormed();
  meter.make(source.length);
  const encoded = encodeURIComponent(source);
  meter.make(encoded.length);
  return encoded;
}

function decodeUrl([value]: readonly Value[], meter: Meter, usage: string): string {
  const source = text(value, usage);
  meter.make(source.length);
  try {
    return decodeURIComponent(source);
  } catch {
    throw failed(`${usage}: this text has a % that begins no encoded character.`);
  }
}

/** What would be altered, such as a number with too many digits, is refused. */
function parseJson([value]: readonly Value[], meter: Meter, usage: string): Value {
  const source = text(value, usage);
  meter.make(source.length);
  meter.spend(Math.floor(source.length / (mayBeInexact(source) ? 1 : 5)));
  const { value: parsed, faults } = read(source, usage);
  const [fault] = faults;
  if (fault === undefined) return parsed;
  const path = formatPath(fault.path);
  throw failed(`${usage}: ${path === "" ? "" : `${path}: `}${fault.message}. ${fault.fix}`);
}

function read(source: string, usage: string): JsonReading {
  try {
    return readJson(source, "refuse");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const mistake = findJsonMistake(source);
    const place =
      mistake === null
        ? ""
        : ` at character ${mistake.offset + 1}: ${mistake.expected} is expected there`;
    throw failed(`${usage}: the text is not JSON${place}.`);
  }
}

export const encoderFunctions: readonly NamedFunction[] = [
  define("base64.encode", "base64.encode(x)", [1, 1], encodeBase64),
  define("base64.decode", "base64.decode(text)", [1, 1], decodeBase64),
  define("url.encode", "url.encode(text)", [1, 1], encodeUrl),
  define("url.decode", "url.decode(text)", [1, 1], decodeUrl),
  define("json.parse", "json.parse(text)", [1, 1], parseJson),
];
