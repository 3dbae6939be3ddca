/**
 * Whether a number written as `literal` is kept as it is: it lies between −(2^53 − 1) and 2^53 − 1, and a double gives the same
 * digits back. `0.10` and `1e3` are kept, `9007199254740993`, `0.12345678901234567890` and `1e-400` are not.
 *
 * @param literal - decimal digits with an optional sign, point and exponent, as in JSON; `+5` and `.5` are read as well.
 */
export function isExactNumber(literal: string): boolean {
  const number = Number(literal);
  if (literal.length <= EXACT_DIGITS && !/e/i.test(literal)) return true;
  if (!(Math.abs(number) <= Number.MAX_SAFE_INTEGER)) return false;
  const [meant, kept] = [toDecimal(literal), toDecimal(String(number))];
  return meant.digits === kept.digits && meant.exponent === kept.exponent;
}

/** Digits that a double always keeps. */
const EXACT_DIGITS = 15;

/** A number as `0.digits × 10^exponent`, without its sign; equal numbers give equal members. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

function toDecimal(literal: string): Decimal {
  const [mantissa = "", exponent = "0"] = literal.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace(/^[+-]/, "").split(".");
  const all = whole + fraction;
  // Loops, since a pattern for the zeros at the end takes quadratic time.
  let start = 0;
  while (all[start] === "0") start += 1;
  let end = all.length;
  while (end > start && all[end - 1] === "0") end -= 1;
  if (start === end) return { digits: "", exponent: 0 };
  return { digits: all.slice(start, end), exponent: whole.length - start + Number(exponent) };
}
