import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { type JsonFault, type JsonReading, readJson } from "../../shared/read-json.ts";

/** Places of one answer where an object or a list may begin. */
const MAX_STARTS = 100;

/** What an answer holds. */
export interface FoundJson {
  /** Objects and lists, with numbers that are not kept exactly as text. */
  readonly values: readonly (JsonObject | readonly Json[])[];
  /** Why the first piece of JSON that cannot be taken as it is cannot (see {@link readJson}); its parts are no values either. */
  readonly fault: JsonFault | null;
}

/** The objects and lists that an answer holds, wherever they stand: alone, in a code fence, in the middle of a sentence. */
export function findJson(text: string): FoundJson {
  const whole = parseJson(text);
  if (whole !== undefined && (whole.faults.length > 0 || isContainer(whole.value)))
    return toFound([whole]);
  const found: JsonReading[] = [];
  let position = 0;
  for (let starts = 0; starts < MAX_STARTS; starts += 1) {
    const start = text.slice(position).search(/[{[]/);
    if (start < 0) break;
    const from = position + start;
    const end = endOfJson(text, from);
    // Nothing closes what began here, so nothing after it can be distinguished from its inside.
    if (end === null) break;
    const reading = parseJson(text.slice(from, end));
    if (reading !== undefined) found.push(reading);
    // Of JSON with a mistake in it no part may be taken for the whole.
    position = reading === undefined && !isMeantAsJson(text.slice(from, end)) ? from + 1 : end;
  }
  return toFound(found);
}

function isMeantAsJson(text: string): boolean {
  return /^\{\s*(?:["']|[\w$]+\s*:|\/[/*])|^\[\s*[["'{\d-]/.test(text);
}

function toFound(readings: readonly JsonReading[]): FoundJson {
  const taken = readings.filter(({ faults }) => faults.length === 0);
  return {
    values: taken.map(({ value }) => value).filter(isContainer),
    fault: readings.flatMap(({ faults }) => faults)[0] ?? null,
  };
}

/**
 * The complete member `name` of an object that was cut off: `{"value": "billing", "reason": "The custom`.
 *
 * Only the first member of what the text begins to write counts: what follows a value that is itself cut off is guesswork. A
 * value that another of the same name follows, or something other than a member (`1,200`), is none.
 */
export function readCutOff(text: string, name: string): Json | undefined {
  const match = new RegExp(`\\{\\s*"${name}"\\s*:\\s*`, "i").exec(text);
  if (match === null || match.index !== text.search(/[{[]/)) return undefined;
  const rest = text.slice(match.index + match[0].length);
  if (new RegExp(`[{,]\\s*"${name}"\\s*:`, "i").test(rest)) return undefined;
  if (/^[{[]/.test(rest)) {
    const end = endOfJson(rest, 0);
    return end === null ? undefined : parseWhole(rest.slice(0, end));
  }
  const scalar =
    /^("(?:[^"\\]|\\.)*"|[^\s,}"{[\]]+)\s*(?:\}|,\s*(?:$|\}|"[^"]*(?:$|"\s*(?:$|:))))/.exec(
      rest,
    )?.[1];
  return scalar === undefined ? undefined : parseWhole(scalar);
}

const BEFORE_VALUE = new Set(" \t\r\n\"'`*_“”‘’«»([>#•");
const AFTER_VALUE = new Set(" \t\r\n\"'`*_“”‘’«»)].,;:!");

/** Takes off quotes, emphasis, list marks and closing punctuation. */
export function trimValue(text: string): string {
  const item = text.trimStart();
  let start = item.startsWith("- ") ? 2 : 0;
  let end = item.length;
  while (start < end && BEFORE_VALUE.has(item.charAt(start))) start += 1;
  while (end > start && AFTER_VALUE.has(item.charAt(end - 1))) end -= 1;
  return item.slice(start, end);
}

/** `undefined` for what is no JSON. */
function parseJson(text: string): JsonReading | undefined {
  try {
    return readJson(text, "text");
  } catch {
    return undefined;
  }
}

/** `undefined` for what is no JSON or cannot be taken as it is. */
function parseWhole(text: string): Json | undefined {
  const reading = parseJson(text);
  return reading?.faults.length === 0 ? reading.value : undefined;
}

function isContainer(value: Json): value is JsonObject | readonly Json[] {
  return isJsonObject(value) || Array.isArray(value);
}

/** Position after the bracket that closes the one at `from`; `null` if none does. Brackets within strings do not count. */
function endOfJson(text: string, from: number): number | null {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return null;
}
