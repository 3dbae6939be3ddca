import { isJsonObject, type Json } from "../../../shared/json.ts";
import { toText } from "../../../shared/json-text.ts";
import { compilePattern, type LinearPattern } from "../safe-pattern.ts";
import type { Meter } from "./meter.ts";
import { failed, typeInWords } from "./values.ts";

/** A function or method. The receiver of a method is its first argument. */
export interface CelFunction {
  /** As people write it. */
  readonly usage: string;
  /** Fewest and most arguments, the receiver included. */
  readonly counts: readonly [number, number];
  apply(args: readonly Json[], meter: Meter): Json;
}

function text(value: Json | undefined, usage: string): string {
  if (typeof value === "string") return value;
  throw failed(`${usage} takes text, not ${typeInWords(value ?? null)}.`);
}

function whole(value: Json | undefined, usage: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw failed(
    `${usage} takes a whole number, not ${typeof value === "number" ? value : typeInWords(value ?? null)}.`,
  );
}

function number(value: Json | undefined, usage: string): number {
  if (typeof value === "number") return value;
  throw failed(`${usage} takes numbers, not ${typeInWords(value ?? null)}.`);
}

function sizeOf(value: Json | undefined, usage: string, meter: Meter): number {
  if (typeof value === "string") {
    meter.spend(value.length);
    return Array.from(value).length;
  }
  if (Array.isArray(value)) return value.length;
  if (isJsonObject(value)) return Object.keys(value).length;
  throw failed(`${usage} takes text, a list or an object, not ${typeInWords(value ?? null)}.`);
}

function toNumber(value: Json | undefined, usage: string): number {
  if (typeof value === "number") return value;
  const trimmed = text(value, usage).trim();
  if (/^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,3})?$/i.test(trimmed))
    return Number(trimmed);
  throw failed(`${usage} cannot read a number from this text.`);
}

function toBoolean(value: Json | undefined): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw failed(`bool(x) takes "true" or "false".`);
}

/** Compiles a pattern that was found during the evaluation. */
function patternOf(source: string, meter: Meter): LinearPattern {
  meter.spend(20_000);
  const pattern = compilePattern(source);
  if (typeof pattern === "string") throw failed(pattern);
  return pattern;
}

/** Searches; `text.length / 2` units, because the linear-time search is slower than a plain one. */
export function matches(subject: Json | undefined, pattern: LinearPattern, meter: Meter): boolean {
  const searched = text(subject, "text.matches(pattern)");
  meter.spend(1 + Math.floor(searched.length / 2));
  return pattern.test(searched);
}

function textTest(usage: string, test: (subject: string, part: string) => boolean): CelFunction {
  return {
    usage,
    counts: [2, 2],
    apply: ([subject, part], meter) => {
      const searched = text(subject, usage);
      meter.scan(searched);
      return test(searched, text(part, usage));
    },
  };
}

function textChange(usage: string, change: (subject: string) => string): CelFunction {
  return {
    usage,
    counts: [1, 1],
    apply: ([subject], meter) => {
      const changed = text(subject, usage);
      meter.make(changed.length);
      return change(changed);
    },
  };
}

function rounding(usage: string, round: (value: number) => number): CelFunction {
  return { usage, counts: [1, 1], apply: ([value]) => round(number(value, usage)) };
}

function choice(usage: string, choose: (a: number, b: number) => number): CelFunction {
  return {
    usage,
    counts: [1, 10],
    apply: (args) => {
      const list: readonly Json[] = args.length === 1 && Array.isArray(args[0]) ? args[0] : args;
      if (list.length === 0) throw failed(`${usage} needs at least one number.`);
      return list.map((value) => number(value, usage)).reduce((a, b) => choose(a, b));
    },
  };
}

function substring([subject, from, to]: readonly Json[], meter: Meter): string {
  const usage = "text.substring(from, to)";
  const source = text(subject, usage);
  meter.make(source.length);
  const start = whole(from, usage);
  const end = to === undefined ? source.length : whole(to, usage);
  if (start < 0 || end > source.length || start > end) {
    throw failed(
      `${usage}: the text has ${source.length} characters, so ${start} to ${end} is outside.`,
    );
  }
  return source.slice(start, end);
}

function split([subject, separator]: readonly Json[], meter: Meter): Json {
  const source = text(subject, "text.split(separator)");
  meter.scan(source);
  const parts = source.split(text(separator, "text.split(separator)"));
  meter.spend(parts.length);
  return parts;
}

function join([list, separator]: readonly Json[], meter: Meter): string {
  const usage = "list.join(separator)";
  if (!Array.isArray(list))
    throw failed(`${usage} takes a list, not ${typeInWords(list ?? null)}.`);
  const between = separator === undefined ? "" : text(separator, usage);
  const parts = list.map((item: Json) => text(item, usage));
  meter.spend(parts.length);
  meter.make(parts.reduce((length, part) => length + part.length + between.length, 0));
  return parts.join(between);
}

function position(usage: string, find: (subject: string, part: string) => number): CelFunction {
  return {
    usage,
    counts: [2, 2],
    apply: ([subject, part], meter) => {
      const searched = text(subject, usage);
      meter.scan(searched);
      return find(searched, text(part, usage));
    },
  };
}

/** Halves away from zero, as people round money. */
function round(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

const ascii = (pattern: RegExp, change: (letters: string) => string) => (subject: string) =>
  subject.replace(pattern, change);

/** Functions by name. `has` is a macro and not among them. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  [
    "size",
    { usage: "size(x)", counts: [1, 1], apply: ([x], meter) => sizeOf(x, "size(x)", meter) },
  ],
  [
    "string",
    {
      usage: "string(x)",
      counts: [1, 1],
      apply: ([x], meter) => {
        const made = toText(x ?? null);
        meter.make(made.length);
        return made;
      },
    },
  ],
  ["double", { usage: "double(x)", counts: [1, 1], apply: ([x]) => toNumber(x, "double(x)") }],
  ["int", { usage: "int(x)", counts: [1, 1], apply: ([x]) => Math.trunc(toNumber(x, "int(x)")) }],
  ["bool", { usage: "bool(x)", counts: [1, 1], apply: ([x]) => toBoolean(x) }],
  ["dyn", { usage: "dyn(x)", counts: [1, 1], apply: ([x]) => x ?? null }],
  ["math.abs", rounding("math.abs(x)", Math.abs)],
  ["math.ceil", rounding("math.ceil(x)", Math.ceil)],
  ["math.floor", rounding("math.floor(x)", Math.floor)],
  ["math.round", rounding("math.round(x)", round)],
  ["math.greatest", choice("math.greatest(x, y)", Math.max)],
  ["math.least", choice("math.least(x, y)", Math.min)],
]);

/** Methods by name. The comprehensions (`map`, `filter`, …) are macros and not among them. */
export const METHODS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  [
    "size",
    { usage: "x.size()", counts: [1, 1], apply: ([x], meter) => sizeOf(x, "x.size()", meter) },
  ],
  ["startsWith", textTest("text.startsWith(part)", (subject, part) => subject.startsWith(part))],
  ["endsWith", textTest("text.endsWith(part)", (subject, part) => subject.endsWith(part))],
  ["contains", textTest("text.contains(part)", (subject, part) => subject.includes(part))],
  [
    "matches",
    {
      usage: "text.matches(pattern)",
      counts: [2, 2],
      apply: ([subject, pattern], meter) =>
        matches(subject, patternOf(text(pattern, "text.matches(pattern)"), meter), meter),
    },
  ],
  [
    "lowerAscii",
    textChange(
      "text.lowerAscii()",
      ascii(/[A-Z]+/g, (letters) => letters.toLowerCase()),
    ),
  ],
  [
    "upperAscii",
    textChange(
      "text.upperAscii()",
      ascii(/[a-z]+/g, (letters) => letters.toUpperCase()),
    ),
  ],
  ["trim", textChange("text.trim()", (subject) => subject.trim())],
  ["indexOf", position("text.indexOf(part)", (subject, part) => subject.indexOf(part))],
  ["lastIndexOf", position("text.lastIndexOf(part)", (subject, part) => subject.lastIndexOf(part))],
  ["substring", { usage: "text.substring(from, to)", counts: [2, 3], apply: substring }],
  ["split", { usage: "text.split(separator)", counts: [2, 2], apply: split }],
  ["join", { usage: "list.join(separator)", counts: [1, 2], apply: join }],
]);
