import { isDeepStrictEqual } from "node:util";
import { formatPath } from "../../shared/format-path.ts";
import { isJsonObject, type Json, type JsonObject, readOwn } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { JsonFault } from "../../shared/read-json.ts";
import { shorten } from "../../shared/shorten.ts";
import { findJson, readCutOff, trimValue } from "./answer-text.ts";
import { type Coerced, namesOther, toBoolean, toEnum, toNumber } from "./coerce.ts";
import { type AnswerFormat, hasEnvelope, MAX_REASON_LENGTH } from "./envelope.ts";
import { checkSchema } from "./json-schema.ts";
import { withoutReasoning } from "./reasoning.ts";

/** What a model's answer means; `complaint` says to the model what is wrong and what is wanted. */
export type ParsedAnswer =
  | {
      readonly ok: true;
      readonly value: Json;
      readonly reason?: string;
      readonly confidence?: number;
    }
  | { readonly ok: false; readonly complaint: string };

/** Longest answer that is read at all, and longest prose in which a value is looked for, in characters. */
const MAX_ANSWER_LENGTH = 100_000;
const MAX_BARE_LENGTH = 4000;

/** Members of an answer that are not its value. */
const BESIDES = new Set(["reason", "reasoning", "explanation", "rationale", "confidence"]);

/**
 * Reads the answer of a model that may not have kept to the form it was asked for: prose around the value, code fences,
 * quotes, another case, no envelope, an envelope that was cut off after its value.
 *
 * It never guesses: what could mean two things is invalid.
 *
 * @param isCutOff - the model stopped at its limit: only a value that is complete counts.
 */
export function parseAnswer(raw: string, format: AnswerFormat, isCutOff = false): ParsedAnswer {
  if (raw.length > MAX_ANSWER_LENGTH) return tooLong();
  const { text, isUnclear } = withoutReasoning(raw);
  if (text === "") return isCutOff && raw.trim() !== "" ? cutOffComplaint() : empty();
  if (format.kind === "text") return isUnclear ? reasoningWithin() : parseText(text, isCutOff);
  const { values, fault } = findJson(text);
  if (fault !== null) return faultyJson(fault);
  if (!hasEnvelope(format)) {
    return unlessTakenBack(parseFreeJson(values, isCutOff), text, format);
  }
  return parseEnveloped(text, values, format, isCutOff);
}

function parseEnveloped(
  text: string,
  found: readonly (JsonObject | readonly Json[])[],
  format: AnswerFormat,
  isCutOff: boolean,
): ParsedAnswer {
  const objects = found.flat().filter((value) => isJsonObject(value));
  const envelopes = objects.filter((object) => valueKey(object) !== undefined);
  if (envelopes.length > 0) {
    return unlessTakenBack(parseEnvelopes(envelopes, format), text, format);
  }
  const cutOff = readCutOff(text, "value");
  if (cutOff !== undefined) return unlessTakenBack(coerce(cutOff, format), text, format);
  if (isCutOff) return cutOffComplaint();
  if (format.kind === "json") return unlessTakenBack(parseBareJson(found, format), text, format);
  if (objects.length > 0) return unlessTakenBack(parseOddObjects(objects, format), text, format);
  return text.length > MAX_BARE_LENGTH ? tooLong() : coerce(text, format);
}

/** Words by which models revoke what they have just answered. */
const RETRACTION =
  /\b(?:wait|actually|correction|correcting|scratch|strike|instead|ignore|disregard|reconsider(?:ing|ed)?|second\s+thoughts?|mistaken?|wrong|incorrect|sorry|oops|changed|revised?|rather|however|hmm|unless|only\s+if|not\s+(?:right|correct|quite|true)|(?:make|cancel|scrap|undo)\s+(?:that|it))\b|^\W*no\s*(?:[.,!;:—–-]|$)/i;

/** Words by which an object is quoted rather than answered: `The message contains {"value": "approve"}`. */
const QUOTING =
  /\b(?:wrote|writes|says|said|contains?|contained|claims?|claimed|demands?|demanded|asked|quotes?|quoted|included?|includes)\b[^.!?\n{]{0,200}$/i;

/** Whether the object is quoted, or what follows it takes its value back or names another: `{"value": "approve"} Wait, no: reject.` */
function isTakenBack(text: string, value: Json, format: AnswerFormat): boolean {
  const before = text.slice(0, text.search(/[{[]|$/)).slice(-300);
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
  const after = end < 0 ? "" : text.slice(end + 1);
  return QUOTING.test(before) || RETRACTION.test(after) || namesOther(after, value, format);
}

function unlessTakenBack(read: ParsedAnswer, text: string, format: AnswerFormat): ParsedAnswer {
  return read.ok && isTakenBack(text, read.value, format) ? takenBack() : read;
}

function parseEnvelopes(envelopes: readonly JsonObject[], format: AnswerFormat): ParsedAnswer {
  const [envelope = {}] = envelopes;
  const value = coerce(envelope[valueKey(envelope) ?? ""] ?? null, format);
  const isSeveral = Object.keys(envelope).filter(isValueKey).length > 1;
  if (isSeveral || envelopes.some((other) => !isDeepStrictEqual(other, envelope)))
    return severalValues();
  if (value.ok || format.kind !== "json") return withReason(value, envelope);
  // The author's schema may have a member "value" of its own.
  const bare = coerce(envelope, format);
  return bare.ok ? bare : value;
}

/** An object with a name of the model's own for the value: `{"category": "billing"}`. */
function parseOddObjects(objects: readonly JsonObject[], format: AnswerFormat): ParsedAnswer {
  const [object = {}] = objects;
  if (objects.some((other) => !isDeepStrictEqual(other, object))) return severalValues();
  const members = Object.entries(object).filter(([name]) => !BESIDES.has(name.toLowerCase()));
  const [only] = members;
  if (only === undefined || members.length > 1) {
    return { ok: false, complaint: 'The JSON object has no member "value". Put the answer there.' };
  }
  return withReason(coerce(only[1], format), object);
}

function parseBareJson(
  found: readonly Json[],
  format: AnswerFormat & { readonly kind: "json" },
): ParsedAnswer {
  const fitting = found.filter((value) => coerce(value, format).ok);
  const [value] = fitting.length > 0 ? fitting : found;
  if (value === undefined) return noJson();
  return fitting.length > 1 ? severalValues() : coerce(value, format);
}

function parseFreeJson(found: readonly Json[], isCutOff: boolean): ParsedAnswer {
  const [value, ...others] = found;
  if (isCutOff) return cutOffComplaint();
  if (value === undefined) return noJson();
  return others.length > 0 ? severalValues() : { ok: true, value };
}

function parseText(text: string, isCutOff: boolean): ParsedAnswer {
  if (isCutOff) return cutOffComplaint();
  // No back quote stands behind those of a fence (CommonMark 0.31, 4.5), so there is one way to read them.
  const fenced = /^`{3,}[^\n`]*\n([\s\S]*?)\n`{3,}$/.exec(text)?.[1] ?? text;
  const value = fenced.trim();
  const unquoted = /^"([^"]+)"$/.exec(value)?.[1] ?? value;
  return unquoted === "" ? empty() : { ok: true, value: unquoted };
}

function coerce(value: Json, format: AnswerFormat): Coerced {
  switch (format.kind) {
    case "enum":
      return toEnum(value, format.allowedValues);
    case "number":
      return toNumber(value, format);
    case "boolean":
      return toBoolean(value);
    case "text":
      return { ok: true, value };
    case "json":
      return checkSchema(value, format.schema);
  }
}

function withReason(value: Coerced, envelope: JsonObject): ParsedAnswer {
  if (!value.ok) return value;
  const reason = toReason(readOwn(envelope, "reason") ?? readOwn(envelope, "reasoning"));
  const confidence = toConfidence(readOwn(envelope, "confidence"));
  return {
    ...value,
    ...omitUndefined({ reason, confidence }),
  };
}

function toReason(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value
    .replace(/`{3,}(?:\w+(?=\s))?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? undefined : shorten(text, MAX_REASON_LENGTH);
}

/** A confidence from 0 to 1. Percent are converted; what cannot be meant is dropped rather than trusted. */
function toConfidence(value: unknown): number | undefined {
  const isPercent = typeof value === "string" && value.trim().endsWith("%");
  const number =
    typeof value === "string" && value.trim() !== "" ? Number(value.replace("%", "")) : value;
  if (typeof number !== "number" || !(number >= 0 && number <= 100)) return undefined;
  if (isPercent || number >= 2) return number / 100;
  return Math.min(number, 1);
}

function valueKey(object: JsonObject): string | undefined {
  return Object.keys(object).find(isValueKey);
}

function isValueKey(name: string): boolean {
  return trimValue(name).toLowerCase() === "value";
}

function faultyJson({ path, message, fix }: JsonFault): ParsedAnswer {
  const place = formatPath(path);
  const what = `${place === "" ? "" : `${place}: `}${message}`;
  return { ok: false, complaint: `The JSON of the answer cannot be taken: ${what}. ${fix}` };
}

function noJson(): ParsedAnswer {
  return { ok: false, complaint: "The answer holds no valid JSON object. Answer with one only." };
}

function severalValues(): ParsedAnswer {
  return { ok: false, complaint: "The answer holds several JSON values. Answer with one only." };
}

function empty(): ParsedAnswer {
  return { ok: false, complaint: "The answer was empty. Give the answer." };
}

function reasoningWithin(): ParsedAnswer {
  return {
    ok: false,
    complaint:
      "The answer has tags of reasoning in its middle. Answer with the text alone; tags that it speaks about stand between back quotes.",
  };
}

function takenBack(): ParsedAnswer {
  return {
    ok: false,
    complaint: "What follows the JSON object puts its value in doubt. Answer with one object only.",
  };
}

function tooLong(): ParsedAnswer {
  return { ok: false, complaint: "The answer is far too long. Answer with the value only." };
}

function cutOffComplaint(): ParsedAnswer {
  return { ok: false, complaint: "The answer was cut off at its limit. Answer more briefly." };
}
