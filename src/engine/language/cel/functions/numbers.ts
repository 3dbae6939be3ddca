import { LruMap } from "../../../../shared/lru-map.ts";
import { define, type NamedFunction, number, text, whole } from "../arguments.ts";
import type { Meter } from "../meter.ts";
import { failed, type Value } from "../values.ts";
import { roundDecimal } from "./decimals.ts";
import { localeOf } from "./locale.ts";

const MAX_DIGITS = 20;
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

function digitsOf(value: Value | undefined, usage: string): number {
  const digits = whole(value, usage);
  if (digits >= 0 && digits <= MAX_DIGITS) return digits;
  throw failed(`${usage} takes 0 to ${MAX_DIGITS} digits after the point, not ${digits}.`);
}

/** Making a format takes some 50 µs, using one a few. */
const formats = new LruMap<string, Intl.NumberFormat>(50);

function formatOf(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify([locale, options]);
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, options);
  formats.set(key, made);
  return made;
}

/** @throws {AppError} for infinity and NaN, which no reader expects among amounts. */
function finite(value: Value | undefined, usage: string): number {
  const amount = number(value, usage);
  if (Number.isFinite(amount)) return amount;
  throw failed(`${usage} takes a finite number, not ${amount}.`);
}

function format(args: readonly Value[], meter: Meter, usage: string): string {
  const value = finite(args[0], usage);
  const digits = digitsOf(args[1], usage);
  meter.spend(250);
  return formatOf(localeOf(args[2], usage), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(roundDecimal(value, digits));
}

function currency(args: readonly Value[], meter: Meter, usage: string): string {
  const value = finite(args[0], usage);
  const code = text(args[1], usage);
  if (!CURRENCIES.has(code))
    throw failed(`${usage} takes a currency such as "EUR" or "USD", in capital letters.`);
  meter.spend(500);
  const made = formatOf(localeOf(args[2], usage), { style: "currency", currency: code });
  return made.format(roundDecimal(value, made.resolvedOptions().maximumFractionDigits ?? 2));
}

/** Ours: CEL has no functions for amounts as people read them. */
export const numberFunctions: readonly NamedFunction[] = [
  define("numbers.round", "numbers.round(x, digits)", [2, 2], ([value, digits], _meter, usage) =>
    roundDecimal(number(value, usage), digitsOf(digits, usage)),
  ),
  define("numbers.format", "numbers.format(x, digits, locale)", [2, 3], format),
  define("numbers.currency", "numbers.currency(x, currency, locale)", [2, 3], currency),
];
