import { isExactNumber } from "../../shared/exact-number.ts";

/** Longest text that is read as a number. */
const MAX_LENGTH = 100;

const PLAIN = /^[+-]?(\d+(\.\d+)?|\.\d+)$/;

/**
 * The number that a person typed: digits, with an optional sign and a point before decimals. `undefined` for everything that is
 * not plainly one number (`1,200`, `1e3`, `12 USD`), and for digits that a number does not keep exactly.
 */
export function parseNumberText(text: string): number | undefined {
  if (text.length > MAX_LENGTH || !PLAIN.test(text) || !isExactNumber(text)) return undefined;
  // Adding zero makes a zero of a negative one.
  return Number(text) + 0;
}

/**
 * What to write in place of a text that {@link parseNumberText} does not take; `null` if that cannot be said.
 *
 * @param fits - whether a number is one that the input takes.
 */
export function numberHint(text: string, fits: (value: number) => boolean): string | null {
  if (text.length > MAX_LENGTH) return null;
  if (PLAIN.test(text)) return isExactNumber(text) ? null : tooExact(text);
  const readings = likelyNumbers(text).filter(
    (reading) => PLAIN.test(reading) && isExactNumber(reading) && fits(Number(reading)),
  );
  if (readings.length === 0) return null;
  const which = readings.length > 1 ? ", whichever is meant" : "";
  return `Write ${readings.join(" or ")}${which}.`;
}

function tooExact(text: string): string {
  return Math.abs(Number(text)) > Number.MAX_SAFE_INTEGER
    ? `Numbers go up to ${Number.MAX_SAFE_INTEGER}; a longer one has to be an input of the type string.`
    : "It has more digits than are kept exactly. Give at most 15.";
}

/** Signs that stand for a minus when a text was copied or a keyboard replaced it. */
const MINUS = /^[−–]/;

const EXPONENT = /^[+-]?\d{1,15}(\.\d{1,15})?[eE][+-]?\d{1,2}$/;

/** An amount, with a currency before or behind it. */
const AMOUNT = /^(?:[A-Z]{3}|\p{Sc})?\s*([+-]?\d[\d.,'’_\s]*)(?:[A-Z]{3}|\p{Sc})?$/u;

function likelyNumbers(text: string): readonly string[] {
  // Turns the wide digits of Asian keyboards into plain ones.
  const plain = text
    .trim()
    .normalize("NFKC")
    .replace(MINUS, "-")
    .replace(/[.,;]$/, "");
  if (PLAIN.test(plain)) return [plain];
  if (EXPONENT.test(plain)) return [String(Number(plain))];
  const amount = AMOUNT.exec(plain)?.[1]?.trim();
  return amount === undefined ? [] : readAmount(amount);
}

/** Three digits follow each sign that groups thousands. */
function isGrouped(whole: string, separator: string): boolean {
  const [first = "", ...groups] = whole.replace(/^[+-]/, "").split(separator);
  return /^\d{1,3}$/.test(first) && groups.every((group) => /^\d{3}$/.test(group));
}

function readAmount(amount: string): readonly string[] {
  const signs = [...new Set(amount.replace(/^[+-]/, "").replaceAll(/\d/g, ""))];
  const [one, other, ...more] = signs;
  if (one === undefined) return [amount];
  if (more.length > 0) return [];
  if (other === undefined) return readOneSign(amount, one);
  // The last of two signs stands before the decimals, if it stands once.
  const [whole = "", decimals = "", ...rest] = amount.split(other);
  return ".,".includes(other) && rest.length === 0 && isGrouped(whole, one)
    ? [`${whole.replaceAll(one, "")}.${decimals}`]
    : [];
}

function readOneSign(amount: string, sign: string): readonly string[] {
  const grouped = isGrouped(amount, sign) ? [amount.replaceAll(sign, "")] : [];
  const isDecimal = ".,".includes(sign) && amount.split(sign).length === 2;
  const decimal = isDecimal ? [amount.replace(sign, ".")] : [];
  // A point alone is how decimals are written here.
  return sign === "." && isDecimal ? decimal : [...grouped, ...decimal];
}
