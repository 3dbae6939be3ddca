import type { Json } from "../../shared/json.ts";
import { candidates, trimValue } from "./answer-text.ts";
import type { AnswerFormat } from "./envelope.ts";
import { describeNumber } from "./prompt.ts";

/** A value that was understood, or what is wrong with it, in words for the model. */
export type Coerced =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly complaint: string };

type NumberFormat = AnswerFormat & { readonly kind: "number" };

/** A word that turns what follows it in the same sentence around. */
const NEGATION =
  /\b(?:not|no|never|neither|nor|cannot|without|except|unlike|rather than|instead of)\b|n['’]t\b/i;

/** Reads one of the allowed values, as declared. Two values named, or one that is denied, is no answer. */
export function toEnum(value: Json, allowedValues: readonly string[]): Coerced {
  const list = allowedValues.map((allowed) => JSON.stringify(allowed)).join(", ");
  if (typeof value === "object") {
    return no(`${quote(value)} is not one of the allowed values. Answer with one of ${list}.`);
  }
  const text = String(value);
  const exact = distinct(
    candidates(text).flatMap((candidate) => matchWhole(candidate, allowedValues)),
  );
  if (exact.length === 1) return yes(exact[0] ?? "");
  const named = exact.length > 1 ? exact : findMentions(text, allowedValues);
  if (named.length === 1) return yes(named[0] ?? "");
  if (named.length > 1) {
    return no(
      `The answer names more than one allowed value (${named.join(", ")}). Answer with exactly one of ${list}.`,
    );
  }
  return no(`${quote(text)} is not one of the allowed values. Answer with exactly one of ${list}.`);
}

/** The value that a text is: letter for letter, else without regard to case, else to case and separators if that is unique. */
function matchWhole(text: string, allowedValues: readonly string[]): readonly string[] {
  for (const fold of [(word: string) => word, (word: string) => word.toLowerCase(), loosen]) {
    const found = allowedValues.filter((allowed) => fold(allowed) === fold(text));
    if (found.length === 1) return found;
  }
  return [];
}

/** `Feature Request`, `feature_request` and `feature-request` are the same; only signs have to be kept (`C`, `C++`). */
function loosen(text: string): string {
  return text.toLowerCase().replace(/[\s_-]+/g, "-");
}

/** The allowed values that a text names as words of their own, longest first, so that `review` is not found in `needs-review`. */
function findMentions(text: string, allowedValues: readonly string[]): readonly string[] {
  let rest = text;
  const found: string[] = [];
  for (const allowed of allowedValues.toSorted((a, b) => b.length - a.length)) {
    const word = allowed
      .split(/[\s_-]+/)
      .map(RegExp.escape)
      .join("[\\s_-]+");
    const mention = new RegExp(
      `(?<![\\p{L}\\p{N}_-])${word}(?![\\p{L}\\p{N}_]|-[\\p{L}\\p{N}])`,
      "giu",
    );
    const isMeant = [...rest.matchAll(mention)].some(({ index }) => !isDenied(rest, index));
    if (isMeant) found.push(allowed);
    rest = rest.replace(mention, (match) => "\u0000".repeat(match.length));
  }
  return found;
}

/** Whether the sentence that leads to a position turns it around. */
function isDenied(text: string, position: number): boolean {
  const sentence =
    text
      .slice(0, position)
      .split(/[.!?;\n]/)
      .at(-1) ?? "";
  return NEGATION.test(sentence);
}

const NUMBER = /[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d{1,3})?/gi;
/** Numbers that say how large a number could be: `1-5`, `from 1 to 5`, `out of 5`, `/5`. */
const SCALE =
  /\b(?:from|between)\s+\d+(?:\.\d+)?\s+(?:to|and)\s+\d+(?:\.\d+)?|\d+\s*(?:[-–—]|to|through)\s*\d+|(?:\bout\s+of|\/)\s*\d+(?:\.\d+)?/gi;
const WORDS = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
];

/** Reads a number within its bounds; it is never moved into them. Several different numbers are no answer. */
export function toNumber(value: Json, format: NumberFormat): Coerced {
  const numbers = typeof value === "number" ? [value] : numbersIn(value);
  const [number] = numbers;
  const wanted = `Answer with ${describeNumber(format)}.`;
  if (number === undefined) return no(`${quote(value)} is not a number. ${wanted}`);
  if (numbers.length > 1) {
    return no(`The answer holds several numbers (${numbers.slice(0, 5).join(", ")}). ${wanted}`);
  }
  const trouble = misfit(number, format);
  if (trouble !== null) return no(`${number} is ${trouble}. ${wanted}`);
  // There is no negative zero in JSON.
  return yes(number === 0 ? 0 : number);
}

function misfit(number: number, { min, max, integer }: NumberFormat): string | null {
  if (min !== undefined && number < min) return "too small";
  if (max !== undefined && number > max) return "too large";
  return integer && !Number.isInteger(number) ? "not a whole number" : null;
}

function numbersIn(text: Json): readonly number[] {
  if (typeof text !== "string") return [];
  const alone = distinct(candidates(text).flatMap((candidate) => numberAlone(candidate)));
  if (alone.length === 1) return alone;
  const rest = text.replace(SCALE, " ");
  return distinct([...rest.matchAll(NUMBER)].flatMap(([digits]) => toFinite(digits)));
}

/** The number that a text is: `4`, `$1,200.50`, `85%`, `4/5`, `four`. */
function numberAlone(text: string): readonly number[] {
  const word = WORDS.indexOf(text.toLowerCase());
  if (word >= 0) return [word];
  const match = new RegExp(
    `^(?:[~≈]\\s*)?([-−]?)[$€£]?\\s*(${NUMBER.source})\\s*(?:%|€|(?:/|\\s+out\\s+of\\s+)\\s*\\d+)?$`,
    "i",
  ).exec(text);
  if (match === null) return [];
  return toFinite(`${match[1] ?? ""}${match[2] ?? ""}`);
}

function toFinite(digits: string): readonly number[] {
  const number = Number(digits.replaceAll(",", "").replaceAll("−", "-"));
  return Number.isFinite(number) ? [number] : [];
}

/** Reads yes or no. */
export function toBoolean(value: Json): Coerced {
  if (typeof value === "boolean") return yes(value);
  if (value === 1 || value === 0) return yes(value === 1);
  if (typeof value === "string") {
    const first = /^[\s"'`*_(]*(yes|no|true|false)\b(?!\s+\p{L})/iu.exec(value)?.[1];
    const said = first === undefined ? booleansIn(value) : [isYes(first)];
    if (said.length === 1) return yes(said[0] === true);
    if (said.length > 1) return no("The answer says both true and false. Answer with one of them.");
  }
  return no(`${quote(value)} is neither true nor false. Answer with true or false.`);
}

function booleansIn(text: string): readonly boolean[] {
  const alone = distinct(
    candidates(text).flatMap((candidate) =>
      /^(?:yes|no|true|false|y|n|correct|incorrect)$/i.test(candidate) ? [isYes(candidate)] : [],
    ),
  );
  if (alone.length === 1) return alone;
  const mentions = [...text.matchAll(/\b(?:yes|true|false)\b/gi)];
  return distinct(
    mentions.flatMap(({ 0: word, index }) => (isDenied(text, index) ? [] : [isYes(word)])),
  );
}

function isYes(word: string): boolean {
  return /^(?:yes|y|true|correct)$/i.test(word);
}

function yes(value: Json): Coerced {
  return { ok: true, value };
}

function no(complaint: string): Coerced {
  return { ok: false, complaint };
}

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}

function quote(value: Json): string {
  const text = JSON.stringify(typeof value === "string" ? trimValue(value) : value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
