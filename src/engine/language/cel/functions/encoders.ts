import { isDeeper, type Json } from "../../../../shared/json.ts";
import { findJsonMistake } from "../../../../shared/json-syntax.ts";
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

/** Digits that a number cannot hold are refused and not rounded. */
function parseJson([value]: readonly Value[], meter: Meter, usage: string): Value {
  const source = text(value, usage);
  meter.make(source.length);
  const mayLose = LONG_NUMBER.test(source);
  // Looking at each number takes ten times as long.
  meter.spend(Math.floor(source.length / (mayLose ? 1 : 10)));
  return readJson(source, mayLose, usage);
}

/** Where a number may be that is beyond 2^53, or beyond all numbers. */
const LONG_NUMBER = /\d{16}|\d[eE]/;

function readJson(source: string, mayLose: boolean, usage: string): Json {
  let parsed: Json;
  try {
    const check = (_name: string, value: Json, context?: { readonly source?: string }): Json => {
      if (typeof value === "number") checkDigits(value, context?.source ?? "", usage);
      return value;
    };
    parsed = JSON.parse(source, mayLose ? check : undefined);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const mistake = findJsonMistake(source);
    const place =
      mistake === null
        ? ""
        : ` at character ${mistake.offset + 1}: ${mistake.expected} is expected there`;
    throw failed(`${usage}: the text is not JSON${place}.`);
  }
  if (isDeeper(parsed, 100)) throw failed(`${usage}: the JSON is nested deeper than 100 levels.`);
  return parsed;
}

function checkDigits(value: number, written: string, usage: string): void {
  const isHeld = Number.isFinite(value) && (/[.eE]/.test(written) || Number.isSafeInteger(value));
  if (!isHeld) {
    throw failed(
      `${usage}: the number ${written.slice(0, 40)} is beyond 2^53, where whole numbers lose digits. Have it sent as text.`,
    );
  }
}

export const encoderFunctions: readonly NamedFunction[] = [
  define("base64.encode", "base64.encode(x)", [1, 1], encodeBase64),
  define("base64.decode", "base64.decode(text)", [1, 1], decodeBase64),
  define("url.encode", "url.encode(text)", [1, 1], encodeUrl),
  define("url.decode", "url.decode(text)", [1, 1], decodeUrl),
  define("json.parse", "json.parse(text)", [1, 1], parseJson),
];
