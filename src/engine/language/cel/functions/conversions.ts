import { define, type NamedFunction, text } from "../arguments.ts";
import { countPoints } from "../code-points.ts";
import type { Meter } from "../meter.ts";
import { Bytes, Special, Timestamp, TypeName } from "../special-values.ts";
import { failed, isList, isObject, typeInWords, type Value, valueToText } from "../values.ts";

function sizeOf([value]: readonly Value[], meter: Meter, usage: string): number {
  if (typeof value === "string") return countPoints(value, meter);
  if (isList(value)) return value.length;
  if (value instanceof Bytes) return value.data.length;
  if (isObject(value)) return Object.keys(value).length;
  throw failed(
    `${usage} takes text, a list, an object or bytes, not ${typeInWords(value ?? null)}.`,
  );
}

const NAMED_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function toNumber(value: Value | undefined, usage: string): number {
  if (typeof value === "number") return value;
  const trimmed = text(value, usage).trim();
  if (/^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,3})?$/i.test(trimmed))
    return Number(trimmed);
  throw failed(`${usage} cannot read a number from this text.`);
}

function toDouble([value]: readonly Value[], _meter: Meter, usage: string): number {
  const named = typeof value === "string" ? NAMED_NUMBERS.get(value) : undefined;
  return named ?? toNumber(value, usage);
}

function toInt([value]: readonly Value[], _meter: Meter, usage: string): number {
  if (value instanceof Timestamp) return Number(value.nanoseconds / 1_000_000_000n);
  return exact(Math.trunc(toNumber(value, usage)), usage);
}

function exact(value: number, usage: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw failed(`${usage}: this is beyond 2^53, where whole numbers lose digits. Keep it as text.`);
}

function toUint([value]: readonly Value[], _meter: Meter, usage: string): number {
  const converted = exact(Math.trunc(toNumber(value, usage)), usage);
  if (converted >= 0) return converted;
  throw failed(`${usage} makes no negative numbers.`);
}

const TRUTHS: ReadonlyMap<Value | undefined, boolean> = new Map<Value | undefined, boolean>([
  ...["true", "True", "TRUE", "t", "1"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE", "f", "0"].map((word) => [word, false] as const),
  [true, true],
  [false, false],
]);

function toBoolean([value]: readonly Value[]): boolean {
  const truth = TRUTHS.get(value);
  if (truth === undefined) throw failed(`bool(x) takes "true" or "false".`);
  return truth;
}

function toBytes([value]: readonly Value[], meter: Meter, usage: string): Bytes {
  if (value instanceof Bytes) return value;
  const source = text(value, usage);
  meter.make(source.length);
  return new Bytes(Buffer.from(source));
}

/** Types by the names that CEL has for them. There is one kind of number, so that its three names are one type. */
const NUMBER = new TypeName("number");
export const TYPES: ReadonlyMap<string, TypeName> = new Map([
  ["int", NUMBER],
  ["uint", NUMBER],
  ["double", NUMBER],
  ...[
    "bool",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
    "type",
    "optional_type",
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
  ].map((name) => [name, new TypeName(name)] as const),
]);

function typeOf([value]: readonly Value[]): TypeName {
  if (value instanceof Special) return new TypeName(value.typeName);
  if (typeof value === "number") return NUMBER;
  if (typeof value === "string") return new TypeName("string");
  if (typeof value === "boolean") return new TypeName("bool");
  if (isList(value)) return new TypeName("list");
  return new TypeName(isObject(value) ? "map" : "null_type");
}

export const conversionFunctions: readonly NamedFunction[] = [
  define("size", "size(x)", [1, 1], sizeOf),
  define("string", "string(x)", [1, 1], ([value], meter) => {
    const made = valueToText(value ?? null, meter);
    meter.make(made.length);
    return made;
  }),
  define("double", "double(x)", [1, 1], toDouble),
  define("int", "int(x)", [1, 1], toInt),
  define("uint", "uint(x)", [1, 1], toUint),
  define("bool", "bool(x)", [1, 1], toBoolean),
  define("bytes", "bytes(x)", [1, 1], toBytes),
  define("type", "type(x)", [1, 1], typeOf),
  define("dyn", "dyn(x)", [1, 1], ([value]) => value ?? null),
];

export const conversionMethods: readonly NamedFunction[] = [
  define("size", "x.size()", [1, 1], sizeOf),
];
