/**
 * Decimal arithmetic on numbers as they are written: 0.1 counts as exactly one tenth. JavaScript itself adds and rounds
 * the nearest binary fractions, so that 0.1 + 0.2 is 0.30000000000000004 and 1.005 rounds down.
 */

interface Decimal {
  readonly digits: bigint;
  /** Digits after the point. */
  readonly scale: number;
}

function decimalOf(value: number): Decimal {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** The sum; 0 of none. Exact unless a number or the sum needs more than the 17 digits that numbers hold. */
export function sumDecimals(values: readonly number[]): number {
  if (!values.every(Number.isFinite)) return values.reduce((sum, value) => sum + value, 0);
  const decimals = values.map(decimalOf);
  const scale = decimals.reduce((most, decimal) => Math.max(most, decimal.scale), 0);
  const sum = decimals.reduce(
    (total, decimal) => total + decimal.digits * 10n ** BigInt(scale - decimal.scale),
    0n,
  );
  return Number(`${sum}e-${scale}`);
}

/** Rounds to a number of digits after the point, halves away from zero. */
export function roundDecimal(value: number, places: number): number {
  if (!Number.isFinite(value)) return value;
  const { digits, scale } = decimalOf(value);
  if (scale <= places) return value;
  const unit = 10n ** BigInt(scale - places);
  const half = unit / 2n;
  const rounded = (digits + (digits < 0n ? -half : half)) / unit;
  return Number(`${rounded}e-${places}`);
}
