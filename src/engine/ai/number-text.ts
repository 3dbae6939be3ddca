import { isExactNumber } from "../../shared/exact-number.ts";
import type { AnswerFormat } from "./envelope.ts";
import { type Mention, mask, type PlainAnswer, readPlainly } from "./plain-answer.ts";

type NumberFormat = AnswerFormat & { readonly kind: "number" };

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
const WORD = new RegExp(
  `(?<![\\p{L}\\p{M}\\p{N}_-])(?:${WORDS.join("|")})(?![\\p{L}\\p{M}\\p{N}_-])`,
  "giu",
);

/** `this one`, `the correct one`: no number. */
const PRONOUN =
  /\b(?:this|that|the|which|best|first|last|next|other|same|only|right|correct|suitable|appropriate|fitting|each|every|any|some)\s+one$/i;

/** A currency does not change a number; a part of one, such as cents, does. */
const CURRENCY = "(?:[$€£¥₹]|\\b(?:USD|EUR|GBP|CHF|JPY|INR)\\b)";

/** Digits and what is written together with them: `-3.5` and `$1,200.50`, but also `1.5k`, `4th` and `2026-11-30`. */
const CHUNK = /[^\s"'`*_“”‘’«»„‚()[\]:;|]*\p{N}[^\s"'`*_“”‘’«»„‚()[\]:;|]*/gu;

/** Digits that are a number, whole: with groups of three where they can be nothing else, and no zero before. */
const DIGITS =
  /^[-−+]?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+(?=\.)|[1-9]\d{0,2}(?:,\d{3}){2,})(?:\.\d+)?(?:e[+-]?\d{1,3})?$/i;

/** `1.200` and `1,200`: a thousand and two hundred in one country, one and a fifth in another. */
const TWO_READINGS = /^[-−+]?[1-9]\d{0,2}[.,]\d{3}$/;

/** What can make another number of the one that a text names: another size, another sign, or only a limit of it. */
const CHANGES =
  /(?<![\p{L}\p{N}])(?:minus|negative|plus|half|third|quarter|twice|thrice|double|triple|times|dozens?|hundreds?|thousands?|millions?|billions?|trillions?|mio|mrd|mln|bn|lakhs?|crores?|tausend|hundert|millionen|milliarden|percent|per|cents?|about|around|roughly|approx|approximately|circa|ca|nearly|almost|over|under|below|above|more|less|fewer|least|most|up|between|range|ranges|squared|power|fraction)(?![\p{L}\p{N}])|[~≈≤≥<>±×÷^=%‰¢+/\\&√∞]/iu;

/** What stands behind a number may be its unit: `12 in`, `12 hours`, `12 am`. */
const UNIT = /^["'`*_”’»]*[^\S\n]*(?!(?:in total|overall|because|since)(?!\p{L}))[\p{L}°]/iu;

/** Reads the number that a text says plainly: `4`, `Severity: 4`, `4/5` if five is the most, `$1,200.50`, `four`. */
export function readNumberPlainly(source: string, format: NumberFormat): PlainAnswer<number> {
  const text = withoutScale(source.normalize("NFC"), format);
  const found = findNumbers(text);
  const mentions = found.flatMap(({ value, start, end }) =>
    value === null ? [] : [{ value, start, end }],
  );
  const answer = readPlainly(text, mentions);
  if (answer.kind === "several") return answer;
  const isChanged =
    mentions.length < found.length ||
    CHANGES.test(mask(text, mentions)) ||
    mentions.some(({ end }) => UNIT.test(text.slice(end))) ||
    mentions.some(({ start, end }) => isSigned(text, start, end));
  return isChanged ? { kind: "unclear" } : answer;
}

/** Whether a text holds digits that can be read as two numbers. */
export function hasTwoReadings(text: string): boolean {
  return [...text.matchAll(CHUNK)].some(([chunk]) => TWO_READINGS.test(bare(chunk)));
}

/** A minus that stands apart, and the parentheses of accounts. */
function isSigned(text: string, start: number, end: number): boolean {
  // Enough for blanks between; the whole text for each of many numbers would take quadratic time.
  const before = text.slice(Math.max(0, start - 20), start);
  return /[-−–—]\s*$/.test(before) || (/\(\s*$/.test(before) && /^\s*\)/.test(text.slice(end)));
}

/** The text without the scale and the currency of its number, which its prompt may have asked for. */
function withoutScale(text: string, { min, max }: NumberFormat): string {
  let rest = text;
  if (max !== undefined) {
    const most = RegExp.escape(String(max));
    rest = rest.replace(
      new RegExp(`(?<=\\d)(?:\\s*/\\s*|\\s+out\\s+of\\s+)${most}(?![\\d.,]*\\d)`, "gi"),
      "",
    );
    if (max === 100) rest = rest.replace(/(?<=\d)\s?%/g, "");
    const least = RegExp.escape(String(min ?? ""));
    const bounds = `(?:(?:from|between)\\s+)?${least}\\s*(?:[-–—]|to|and|through)\\s*${most}(?![\\d.,]*\\d)`;
    if (min !== undefined) {
      rest = rest.replace(new RegExp(`\\b(?:on\\s+a\\s+)?scale\\s+(?:of\\s+)?${bounds}`, "gi"), "");
    }
  }
  return rest.replace(
    new RegExp(`${CURRENCY}\\s*(?=[-−+]?\\d)|(?<=\\d)\\s*${CURRENCY}`, "gi"),
    " ",
  );
}

/** All that has digits or is a number's word; `null` for what cannot be read as one number. */
function findNumbers(text: string): readonly Mention<number | null>[] {
  const words = [...text.matchAll(WORD)].map(({ index: start, 0: word }) => ({
    value: PRONOUN.test(text.slice(Math.max(0, start - 20), start + word.length))
      ? null
      : WORDS.indexOf(word.toLowerCase()),
    start,
    end: start + word.length,
  }));
  const digits = [...text.matchAll(CHUNK)].map(({ index: start, 0: chunk }) => {
    const number = bare(chunk);
    return { value: toExact(number), start, end: start + number.length };
  });
  return [...words, ...digits].toSorted((a, b) => a.start - b.start);
}

/** Digits without the marks that end a clause. */
function bare(chunk: string): string {
  return chunk.replace(/[.,!]+$/, "");
}

function toExact(text: string): number | null {
  if (!DIGITS.test(text) || TWO_READINGS.test(text)) return null;
  const number = text.replaceAll(",", "").replaceAll("−", "-");
  return isExactNumber(number) ? Number(number) : null;
}
