import { isExactNumber } from "./exact-number.ts";
import { isJsonObject, type Json } from "./json.ts";

/** Something in JSON text that would be lost or altered if its value were taken. */
export interface JsonFault {
  /** Names and positions from the outermost value. */
  readonly path: readonly PropertyKey[];
  /** What is wrong, in the middle of a sentence. */
  readonly message: string;
  /** What to send instead. */
  readonly fix: string;
}

/** What a JSON text says. */
export interface JsonReading {
  /** Safe to use if there are no faults. */
  readonly value: Json;
  /** At most twenty. */
  readonly faults: readonly JsonFault[];
}

/**
 * What becomes of a number that is not kept exactly ({@link isExactNumber}): a fault (`refuse`), or its digits as `text` in its
 * place.
 */
export type InexactNumbers = "refuse" | "text";

/** Levels of lists and objects. No real data has more, and code that walks it would exhaust its stack. */
const MAX_JSON_DEPTH = 100;

const MAX_FAULTS = 20;

/**
 * Whether a JSON text may have a number that is not kept exactly: 15 digits without an exponent always are. Looking at each number
 * takes ten times as long as reading without it.
 */
export function mayBeInexact(text: string): boolean {
  return /[\d.]{16}|\d[eE][+-]?\d/.test(text);
}

/**
 * Reads JSON so that nothing is altered in silence. Numbers are kept exactly; `-0` is 0. A name that stands twice in an object,
 * half a character (a surrogate without its pair) and nesting beyond a hundred levels are faults. `__proto__` is a name
 * like any other.
 *
 * Takes time in proportion to the length: some 30 ms for a megabyte, and at most half a second where a number is long or has an
 * exponent and all the rest are small numbers.
 *
 * @throws {SyntaxError} if it is not JSON.
 */
export function readJson(text: string, inexact: InexactNumbers): JsonReading {
  return judgeJson(text, readPlainJson(text), inexact);
}

/** The first half of {@link readJson}: what is read may be altered, and is judged before it is used. @throws {SyntaxError} if it is not JSON. */
export function readPlainJson(text: string): Json {
  return JSON.parse(text);
}

/** The second half of {@link readJson}. @param plain - what {@link readPlainJson} makes of the text. */
export function judgeJson(text: string, plain: Json, inexact: InexactNumbers): JsonReading {
  const survey = surveyOf(plain);
  if (survey.isTooDeep) return { value: plain, faults: survey.faults };
  const faults = [...survey.faults];
  if (survey.names !== countNames(text)) faults.push(...findRepeatedNames(text));
  if (!survey.hasNegativeZero && !mayBeInexact(text)) return { value: plain, faults };
  const exact = readNumbers(text, inexact);
  return { value: exact.value, faults: [...exact.faults, ...faults].slice(0, MAX_FAULTS) };
}

/** Reads JSON from which nothing may get lost: with inexact numbers as text, and as the whole text where it has other faults or is no JSON. */
export function readJsonOrText(text: string): Json {
  try {
    const { value, faults } = readJson(text, "text");
    return faults.length === 0 ? value : text;
  } catch {
    return text;
  }
}

interface Survey {
  readonly faults: readonly JsonFault[];
  readonly isTooDeep: boolean;
  readonly hasNegativeZero: boolean;
  /** Members of all objects. */
  readonly names: number;
}

function surveyOf(root: Json): Survey {
  const faults: JsonFault[] = [];
  let [isTooDeep, hasNegativeZero, names] = [false, false, 0];
  walk(root, (value, key, parent, depth) => {
    if (typeof value === "number") hasNegativeZero ||= Object.is(value, -0);
    else if (typeof value === "object" && value !== null && depth >= MAX_JSON_DEPTH) {
      isTooDeep = true;
      faults.unshift(tooDeep({ key, parent }));
      return false;
    }
    if (typeof key === "string") names += 1;
    if ((isHalf(value) || isHalf(key)) && faults.length < MAX_FAULTS)
      faults.push(halfCharacter({ key, parent }));
    return true;
  });
  return { faults, isTooDeep, hasNegativeZero, names };
}

function isHalf(text: unknown): boolean {
  return typeof text === "string" && !text.isWellFormed();
}

/** Stands for a number whose digits a double does not keep. */
const INEXACT = Symbol("inexact number");

function readNumbers(text: string, inexact: InexactNumbers): JsonReading {
  const value = JSON.parse(text, (_key, part: unknown, context?: { readonly source?: string }) => {
    if (typeof part !== "number") return part;
    const source = context?.source ?? "";
    if (!isExactNumber(source)) return inexact === "text" ? source : INEXACT;
    return part === 0 ? 0 : part;
  });
  const faults: JsonFault[] = [];
  if (inexact === "refuse") {
    walk(value, (part, key, parent) => {
      if (part === INEXACT) faults.push(inexactNumber({ key, parent }));
      return faults.length < MAX_FAULTS;
    });
  }
  return { value, faults };
}

/** Where a value stands. */
interface Location {
  /** That of the list or object around it; `null` for the outermost value. */
  readonly parent: Location | null;
  /** Its name or position there. */
  readonly key: string | number | null;
}

type Visit = (
  value: unknown,
  key: Location["key"],
  parent: Location | null,
  depth: number,
) => boolean;

interface Container {
  readonly value: object;
  readonly location: Location;
  /** Lists and objects around it. */
  readonly depth: number;
}

/**
 * Visits every value until `visit` returns false. Not recursive, so that no data can exhaust the stack; and without an object for
 * each of a million small values.
 */
function walk(root: unknown, visit: Visit): void {
  const open: Container[] = [];
  const enter = (
    value: unknown,
    key: Location["key"],
    parent: Location | null,
    depth: number,
  ): boolean => {
    if (!visit(value, key, parent, depth)) return false;
    if (typeof value === "object" && value !== null)
      open.push({ value, location: { parent, key }, depth });
    return true;
  };
  let wantsMore = enter(root, null, null, 0);
  for (let next = open.pop(); wantsMore && next !== undefined; next = open.pop())
    wantsMore = enterParts(next, enter);
}

function enterParts({ value, location, depth }: Container, enter: Visit): boolean {
  if (Array.isArray(value))
    return value.every((part: unknown, at) => enter(part, at, location, depth + 1));
  // Not `Object.entries`: it makes a list of each of a hundred thousand members.
  return Object.keys(value).every((key) =>
    enter(Reflect.get(value, key), key, location, depth + 1),
  );
}

function pathOf(location: Location): readonly PropertyKey[] {
  const path: PropertyKey[] = [];
  for (let at: Location | null = location; at !== null; at = at.parent)
    if (at.key !== null) path.unshift(at.key);
  return path;
}

/** Members of all objects of a valid JSON text, repeated ones included: each has a colon outside strings. */
function countNames(text: string): number {
  let names = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) inString = !inString;
    else if (inString && character === BACKSLASH) at += 1;
    else if (!inString && character === COLON) names += 1;
  }
  return names;
}

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];

/** A string of valid JSON, and the colon that makes it a name. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;

function findRepeatedNames(text: string): readonly JsonFault[] {
  // With a number before each name none is lost.
  let count = 0;
  const numbered = text.replace(STRING, (string, colon: string | undefined) =>
    colon === undefined ? string : `"${count++} ${string.slice(1)}`,
  );
  const unnumbered = (name: PropertyKey): PropertyKey =>
    typeof name === "string" ? name.slice(name.indexOf(" ") + 1) : name;
  const faults: JsonFault[] = [];
  walk(JSON.parse(numbered), (value, key, parent) => {
    const names = isJsonObject(value) ? Object.keys(value).map(unnumbered) : [];
    for (const name of repeatedOf(names))
      faults.push(repeatedName(pathOf({ key, parent }).map(unnumbered), name));
    return faults.length < MAX_FAULTS;
  });
  return faults;
}

function repeatedOf(names: readonly PropertyKey[]): ReadonlySet<PropertyKey> {
  const seen = new Set<PropertyKey>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}

function inexactNumber(location: Location): JsonFault {
  return {
    path: pathOf(location),
    message: "this number is too large or has more digits than are kept exactly",
    fix: 'Send it as text, in quotes, such as "12345678901234567890".',
  };
}

function repeatedName(path: readonly PropertyKey[], name: PropertyKey): JsonFault {
  return {
    path: [...path, name],
    message: "this name stands more than once in its object",
    fix: "Give each name once; several values of one name are a list.",
  };
}

function halfCharacter(location: Location): JsonFault {
  return {
    path: pathOf(location),
    message: "this text has half a character (a surrogate without its pair)",
    fix: "Send whole characters; cut text between them.",
  };
}

function tooDeep(location: Location): JsonFault {
  return {
    path: pathOf(location).slice(0, 3),
    message: `it is nested more than ${MAX_JSON_DEPTH} levels deep`,
    fix: "Make it flatter.",
  };
}
