import { counted } from "../../../../shared/counted.ts";
import { define, list, type NamedFunction, part, text, whole } from "../arguments.ts";
import {
  countPoints,
  pointsBefore,
  slicePoints,
  splitPoints,
  unitsBefore,
} from "../code-points.ts";
import type { Meter } from "../meter.ts";
import { failed, isList, typeInWords, type Value } from "../values.ts";
import { formatText } from "./format.ts";

function test(name: string, found: (subject: string, searched: string) => boolean): NamedFunction {
  return define(name, `text.${name}(part)`, [2, 2], ([subject, searched], meter, usage) => {
    const whole = text(subject, usage);
    meter.scan(whole);
    return found(whole, part(searched, usage));
  });
}

function change(name: string, apply: (subject: string) => string): NamedFunction {
  return define(name, `text.${name}()`, [1, 1], ([subject], meter, usage) => {
    const changed = text(subject, usage);
    meter.make(changed.length);
    return apply(changed);
  });
}

function outside(usage: string, length: number, place: string): Error {
  return failed(`${usage}: the text has ${counted(length, "character")}, so ${place} is outside.`);
}

function substring([subject, from, to]: readonly Value[], meter: Meter, usage: string): string {
  const source = text(subject, usage);
  meter.make(source.length);
  const length = countPoints(source, meter);
  const start = whole(from, usage);
  const end = to === undefined ? length : whole(to, usage);
  if (start < 0 || end > length || start > end) throw outside(usage, length, `${start} to ${end}`);
  return slicePoints(source, start, end, meter);
}

/** One character; nothing right after the last one, as CEL has it. */
function charAt([subject, at]: readonly Value[], meter: Meter, usage: string): string {
  const source = text(subject, usage);
  const length = countPoints(source, meter);
  const position = whole(at, usage);
  if (position < 0 || position > length) throw outside(usage, length, String(position));
  return slicePoints(source, position, position + 1, meter);
}

function position(
  name: string,
  find: (subject: string, searched: string, from: number | undefined) => number,
): NamedFunction {
  return define(
    name,
    `text.${name}(part, from)`,
    [2, 3],
    ([subject, searched, from], meter, usage) => {
      const source = text(subject, usage);
      const wanted = part(searched, usage);
      meter.scan(source);
      if (from === undefined) return pointsBefore(source, find(source, wanted, undefined), meter);
      const start = whole(from, usage);
      const length = countPoints(source, meter);
      if (start < 0 || start > length) throw outside(usage, length, String(start));
      return pointsBefore(source, find(source, wanted, unitsBefore(source, start, meter)), meter);
    },
  );
}

function split([subject, separator, limit]: readonly Value[], meter: Meter, usage: string): Value {
  const source = text(subject, usage);
  const between = part(separator, usage);
  meter.scan(source);
  const parts = between === "" ? splitPoints(source, meter) : source.split(between);
  meter.spend(parts.length);
  const most = limit === undefined ? -1 : whole(limit, usage);
  if (most < 0 || parts.length <= most) return parts;
  if (most === 0) return [];
  return [...parts.slice(0, most - 1), parts.slice(most - 1).join(between)];
}

function join([parts, separator]: readonly Value[], meter: Meter, usage: string): string {
  const between = separator === undefined ? "" : text(separator, usage);
  const texts = list(parts, usage).map((item) => {
    if (typeof item === "string") return item;
    throw failed(
      `${usage} takes text, not ${typeInWords(item)}. list.map(x, string(x)) makes text of all.`,
    );
  });
  meter.spend(texts.length);
  meter.make(texts.reduce((length, piece) => length + piece.length + between.length, 0));
  return texts.join(between);
}

function replace(args: readonly Value[], meter: Meter, usage: string): string {
  const source = text(args[0], usage);
  const wanted = part(args[1], usage);
  const replacement = text(args[2], usage);
  meter.scan(source);
  const pieces = wanted === "" ? ["", ...splitPoints(source, meter), ""] : source.split(wanted);
  meter.spend(pieces.length);
  const limit = args[3] === undefined ? -1 : whole(args[3], usage);
  const times = limit < 0 ? pieces.length - 1 : Math.min(limit, pieces.length - 1);
  meter.make(source.length + times * replacement.length);
  const replaced = pieces.slice(0, times + 1).join(replacement);
  return [replaced, ...pieces.slice(times + 1)].join(wanted);
}

function reverse([value]: readonly Value[], meter: Meter, usage: string): Value {
  if (typeof value === "string") {
    meter.make(value.length);
    return splitPoints(value, meter).toReversed().join("");
  }
  if (!isList(value))
    throw failed(`${usage} takes text or a list, not ${typeInWords(value ?? null)}.`);
  meter.make(value.length);
  meter.spend(value.length);
  return value.toReversed();
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

function quote([value]: readonly Value[], meter: Meter, usage: string): string {
  const source = text(value, usage).toWellFormed();
  meter.make(source.length * 2);
  return `"${source.replaceAll(/[\u0007\b\f\n\r\t\v\\"]/g, (mark) => ESCAPES[mark] ?? mark)}"`;
}

const WHITE_SPACE = /^\p{White_Space}/u;

/** Without what Unicode calls white space at both ends. It is found from the ends: a pattern for the end would try every space within. */
function trim(subject: string): string {
  let [from, to] = [0, subject.length];
  while (from < to && WHITE_SPACE.test(subject.charAt(from))) from += 1;
  while (to > from && WHITE_SPACE.test(subject.charAt(to - 1))) to -= 1;
  return subject.slice(from, to);
}

export const stringFunctions: readonly NamedFunction[] = [
  define("strings.quote", "strings.quote(text)", [1, 1], quote),
];

export const stringMethods: readonly NamedFunction[] = [
  test("startsWith", (subject, searched) => subject.startsWith(searched)),
  test("endsWith", (subject, searched) => subject.endsWith(searched)),
  test("contains", (subject, searched) => subject.includes(searched)),
  change("lowerAscii", (subject) => subject.replaceAll(/[A-Z]+/g, (run) => run.toLowerCase())),
  change("upperAscii", (subject) => subject.replaceAll(/[a-z]+/g, (run) => run.toUpperCase())),
  change("trim", trim),
  position("indexOf", (subject, searched, from) => subject.indexOf(searched, from)),
  position("lastIndexOf", (subject, searched, from) => subject.lastIndexOf(searched, from)),
  define("charAt", "text.charAt(position)", [2, 2], charAt),
  define("substring", "text.substring(from, to)", [2, 3], substring),
  define("split", "text.split(separator, limit)", [2, 3], split),
  define("join", "list.join(separator)", [1, 2], join),
  define("replace", "text.replace(part, replacement, limit)", [3, 4], replace),
  define("reverse", "x.reverse()", [1, 1], reverse),
  define("format", "text.format(list)", [2, 2], ([clause, args], meter, usage) =>
    formatText(text(clause, usage), list(args, usage), meter),
  ),
];
