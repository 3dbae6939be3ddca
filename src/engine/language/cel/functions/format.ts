import { type Meter } from "../meter.ts";
import { Bytes, Optional, Special } from "../special-values.ts";
import { decodeUtf8, failed, isList, spendKeys, typeInWords, type Value } from "../values.ts";

/** Digits after the point that `%f` and `%e` may be asked for. */
const MAX_PRECISION = 20;

type Clause = (value: Value, precision: number | undefined, meter: Meter) => string;

/** CEL's clauses: https://github.com/google/cel-go/blob/master/ext/README.md#format */
const CLAUSES: ReadonlyMap<string, Clause> = new Map<string, Clause>([
  ["s", (value, _precision, meter) => plainText(value, meter)],
  ["d", (value) => decimal(value)],
  ["f", (value, precision) => real(value, "%f", (size) => fixed(size, precision ?? 6))],
  ["e", (value, precision) => real(value, "%e", (size) => scientific(size, precision ?? 6))],
  ["b", (value) => (typeof value === "boolean" ? String(Number(value)) : based(value, "%b", 2))],
  ["o", (value) => based(value, "%o", 8)],
  ["x", hexadecimal],
  ["X", (value, _precision, meter) => hexadecimal(value, undefined, meter).toUpperCase()],
]);

/** Fills the clauses of a text one after the other. @throws {AppError} `expression_failed` for a wrong clause or value. */
export function formatText(source: string, values: readonly Value[], meter: Meter): string {
  meter.scan(source);
  const pieces: string[] = [];
  let [end, next, length] = [0, 0, 0];
  const add = (piece: string): void => {
    length += piece.length;
    meter.fit(length);
    pieces.push(piece);
  };
  for (const found of source.matchAll(/%(?:%|(?:\.(\d{1,3}))?(.?))/gsu)) {
    add(source.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[0] === "%%") add("%");
    else {
      add(fill(found[0], found[1], found[2] ?? "", values, next, meter));
      next += 1;
    }
  }
  add(source.slice(end));
  return pieces.join("");
}

function fill(
  written: string,
  digits: string | undefined,
  letter: string,
  values: readonly Value[],
  next: number,
  meter: Meter,
): string {
  const clause = CLAUSES.get(letter);
  if (clause === undefined) {
    throw failed(
      `text.format(list) does not know ${written}. It knows %s, %d, %f, %e, %b, %o, %x, %X and %%.`,
    );
  }
  const value = values[next];
  if (value === undefined)
    throw failed(
      `text.format(list): ${written} is value ${next + 1}, and the list has ${values.length}.`,
    );
  const precision = digits === undefined ? undefined : Number(digits);
  if (precision !== undefined && precision > MAX_PRECISION)
    throw failed(`text.format(list) writes at most ${MAX_PRECISION} digits after the point.`);
  meter.spend(10);
  return clause(value, precision, meter);
}

function unfit(clause: string, wanted: string, value: Value): Error {
  return failed(`text.format(list): ${clause} takes ${wanted}, not ${typeInWords(value)}.`);
}

/** Text within a sentence; lists and objects in CEL's form, objects in the order of their keys. */
function plainText(value: Value, meter: Meter): string {
  meter.spend(1);
  if (value === null) return "null";
  if (typeof value === "string") meter.scan(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof Bytes) {
    // The same bytes may be there many times.
    meter.spend(Math.floor(value.data.length / 100));
    return decodeUtf8(value);
  }
  if (value instanceof Optional) throw unfit("%s", "a value", value);
  if (value instanceof Special) return value.toString();
  if (isList(value)) return `[${value.map((item) => plainText(item, meter)).join(", ")}]`;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  meter.spend(entries.length);
  spendKeys(value, meter);
  return `{${entries.map(([key, item]) => `${key}: ${plainText(item, meter)}`).join(", ")}}`;
}

function decimal(value: Value): string {
  if (typeof value !== "number") throw unfit("%d", "a number", value);
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

function real(value: Value, clause: string, write: (value: number) => string): string {
  if (typeof value !== "number") throw unfit(clause, "a number", value);
  return Number.isFinite(value) ? write(value) : String(value);
}

/** Halves go to the even digit, by the exact value of the number. */
function fixed(value: number, digits: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? "-" : "";
  if (size >= 1e21) return `${BigInt(value)}${digits === 0 ? "" : `.${"0".repeat(digits)}`}`;
  // Numbers are binary fractions: one is a half of the last digit only if this is odd.
  const halves = size * 2 ** (digits + 1);
  if (!Number.isSafeInteger(halves) || halves % 2 === 0) return sign + size.toFixed(digits);
  const up = (BigInt(halves) * 5n ** BigInt(digits) + 1n) / 2n;
  const even = (up % 2n === 0n ? up : up - 1n).toString().padStart(digits + 1, "0");
  const point = even.length - digits;
  return `${sign}${even.slice(0, point)}${digits === 0 ? "" : `.${even.slice(point)}`}`;
}

function scientific(value: number, digits: number): string {
  return value
    .toExponential(digits)
    .replace(/e([+-])(\d)$/, (_all, sign: string, exponent: string) => `e${sign}0${exponent}`);
}

function based(value: Value, clause: string, base: number): string {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    throw unfit(clause, "a whole number", value);
  return value.toString(base);
}

function hexadecimal(value: Value, _precision: number | undefined, meter: Meter): string {
  if (typeof value === "string" || value instanceof Bytes) {
    const bytes = Buffer.from(typeof value === "string" ? value : value.data);
    meter.make(bytes.length * 2);
    return bytes.toString("hex");
  }
  return based(value, "%x", 16);
}
