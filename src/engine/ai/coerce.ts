import type { Json } from "../../shared/json.ts";
import { shorten } from "../../shared/shorten.ts";
import { trimValue } from "./answer-text.ts";
import type { AnswerFormat } from "./envelope.ts";
import { hasTwoReadings, readNumberPlainly } from "./number-text.ts";
import { type Mention, readPlainly } from "./plain-answer.ts";
import { describeNumber } from "./prompt.ts";

/** A value that was understood, or what is wrong with it, in words for the model. */
export type Coerced =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly complaint: string };

type NumberFormat = AnswerFormat & { readonly kind: "number" };

/** Reads one of the allowed values, as declared. Two values named, or one that is doubted or denied, is no answer. */
export function toEnum(value: Json, allowedValues: readonly string[]): Coerced {
  const list = allowedValues.map((allowed) => JSON.stringify(allowed)).join(", ");
  if (typeof value === "object") {
    return no(`${quote(value)} is not one of the allowed values. Answer with one of ${list}.`);
  }
  const text = String(value).normalize("NFC");
  const exact = matchWhole(trimValue(text), allowedValues);
  if (exact !== undefined) return yes(exact);
  const answer = readPlainly(text, findMentions(text, allowedValues));
  switch (answer.kind) {
    case "one":
      return yes(answer.value);
    case "several":
      return no(
        `The answer names more than one allowed value (${answer.values.join(", ")}). Answer with exactly one of ${list}.`,
      );
    case "unclear":
      return no(
        `${quote(text)} is not one of the allowed values alone. Answer with exactly one of ${list}, and nothing else.`,
      );
    case "none":
      return no(
        `${quote(text)} is not one of the allowed values. Answer with exactly one of ${list}.`,
      );
  }
}

/** The value that a text is: letter for letter, else without regard to case, else to case and separators if that is unique. */
function matchWhole(text: string, allowedValues: readonly string[]): string | undefined {
  for (const fold of [toNfc, toLower, loosen]) {
    const found = allowedValues.filter((allowed) => fold(allowed) === fold(text));
    if (found.length === 1) return found[0];
  }
  return undefined;
}

function toNfc(text: string): string {
  return text.normalize("NFC");
}

function toLower(text: string): string {
  return toNfc(text).toLowerCase();
}

/** `Feature Request`, `feature_request` and `feature-request` are the same; only signs have to be kept (`C`, `C++`). */
function loosen(text: string): string {
  return toLower(text).replace(/[\s_-]+/g, "-");
}

/** The allowed values that a text names as words of their own, longest first, so that `review` is not found in `needs-review`. */
function findMentions(text: string, allowedValues: readonly string[]): readonly Mention<string>[] {
  let rest = text;
  const found: Mention<string>[] = [];
  for (const value of allowedValues.toSorted((a, b) => b.length - a.length)) {
    const word = toNfc(value)
      .split(/[\s_-]+/)
      .map(RegExp.escape)
      .join("[\\s_-]+");
    const mention = new RegExp(
      `(?<![\\p{L}\\p{M}\\p{N}_-])${word}(?![\\p{L}\\p{M}\\p{N}_]|-[\\p{L}\\p{N}])`,
      "giu",
    );
    for (const { index: start, 0: match } of rest.matchAll(mention)) {
      found.push({ value, start, end: start + match.length });
    }
    rest = rest.replace(mention, (match) => "\u0000".repeat(match.length));
  }
  return found.toSorted((a, b) => a.start - b.start);
}

/** Reads a number within its bounds; it is never moved into them. Several numbers, or words and signs that could change one, are no answer. */
export function toNumber(value: Json, format: NumberFormat): Coerced {
  const wanted = `Answer with ${describeNumber(format)}, in digits and with nothing beside it.`;
  const number = typeof value === "number" ? value : readNumber(value, format);
  if (typeof number === "string") return no(`${number} ${wanted}`);
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

/** @returns the number, or what is wrong with the text. */
function readNumber(value: Json, format: NumberFormat): number | string {
  if (typeof value !== "string") return `${quote(value)} is not a number.`;
  const answer = readNumberPlainly(value, format);
  switch (answer.kind) {
    case "one":
      return answer.value;
    case "several":
      return `The answer holds several numbers (${answer.values.slice(0, 5).join(", ")}).`;
    case "unclear":
      return hasTwoReadings(value)
        ? `${quote(value)} can be read as two numbers: what stands before three digits may separate thousands or a fraction. Write 1200 or 1.2, never 1.200 or 1,200.`
        : `${quote(value)} is not a number alone.`;
    case "none":
      return `${quote(value)} is not a number.`;
  }
}

/** Reads yes or no. */
export function toBoolean(value: Json): Coerced {
  if (typeof value === "boolean") return yes(value);
  if (value === 1 || value === 0) return yes(value === 1);
  const wanted = "Answer with true or false.";
  if (typeof value !== "string") return no(`${quote(value)} is neither true nor false. ${wanted}`);
  const text = value.normalize("NFC");
  const alone = /^(?:(y|correct)|n|incorrect)$/i.exec(trimValue(text));
  if (alone !== null) return yes(alone[1] !== undefined);
  const answer = readPlainly(text, findBooleans(text));
  switch (answer.kind) {
    case "one":
      return yes(answer.value);
    case "several":
      return no("The answer says both true and false. Answer with one of them.");
    case "unclear":
    case "none":
      return no(`${quote(value)} is neither true nor false alone. ${wanted}`);
  }
}

/** A "no" before another word belongs to that word: `No issue.` */
function findBooleans(text: string): readonly Mention<boolean>[] {
  const words = text.matchAll(
    /(?<![\p{L}\p{M}\p{N}_-])(?:(yes|true)|no(?!\.?[^\S\n]*\p{N}|[^\S\n]+(?!(?:because|since)\b)\p{L})|false)(?![\p{L}\p{M}\p{N}_-])/giu,
  );
  return [...words].map(({ index: start, 0: word, 1: isYes }) => ({
    value: isYes !== undefined,
    start,
    end: start + word.length,
  }));
}

/** Whether a text names another of the values that are possible than the one that was given; of numbers, plainly. */
export function namesOther(text: string, value: Json, format: AnswerFormat): boolean {
  if (format.kind === "number") {
    const other = readNumberPlainly(text.slice(0, 1000), format);
    return other.kind === "one" && other.value !== value;
  }
  if (format.kind === "boolean") {
    return findBooleans(text).some((mention) => mention.value !== value);
  }
  return (
    format.kind === "enum" &&
    findMentions(text.normalize("NFC"), format.allowedValues).some(
      (mention) => mention.value !== value,
    )
  );
}

function yes(value: Json): Coerced {
  return { ok: true, value };
}

function no(complaint: string): Coerced {
  return { ok: false, complaint };
}

function quote(value: Json): string {
  return shorten(JSON.stringify(typeof value === "string" ? trimValue(value) : value), 120);
}
