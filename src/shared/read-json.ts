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
  /** In order; at most twenty. */
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

/** Finds every number that is not exact, and more: 15 digits without an exponent always are. */
const MAY_BE_INEXACT = /[\d.]{16}|\d[eE][+-]?\d/;

/**
 * Reads JSON so that nothing is altered in silence. Numbers are kept exactly; `-0` is 0. A name that stands twice in an object,
 * half a character (a surrogate without its pair) and nesting beyond a hundred levels are faults. `__proto__` is a name
 * like any other.
 *
 * Takes time in proportion to the length, some 60 ms for a megabyte.
 *
 * @throws {SyntaxError} if it is not JSON.
 */
export function readJson(text: string, inexact: InexactNumbers): JsonReading {
  const plain: Json = JSON.parse(text);
  const survey = surveyOf(plain);
  if (survey.isTooDeep) return { value: plain, faults: survey.faults };
  const faults = [...survey.faults];
  if (survey.names !== countNames(text)) faults.push(...findRepeatedNames(text));
  if (!survey.hasNegativeZero && !MAY_BE_INEXACT.test(text)) return { value: plain, faults };
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
  walk(root, (value, place) => {
    if (Object.is(value, -0)) hasNegativeZero = true;
    if (typeof place.key === "string") names += 1;
    if (typeof value === "object" && value !== null && place.depth >= MAX_JSON_DEPTH) {
      isTooDeep = true;
      faults.unshift(tooDeep(place));
      return "stop";
    }
    const isWhole =
      (typeof value !== "string" || value.isWellFormed()) &&
      (typeof place.key !== "string" || place.key.isWellFormed());
    if (!isWhole && faults.length < MAX_FAULTS) faults.push(halfCharacter(place));
    return "continue";
  });
  return { faults, isTooDeep, hasNegativeZero, names };
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
    walk(value, (part, place) => {
      if (part === INEXACT) faults.push(inexactNumber(place));
      return faults.length < MAX_FAULTS ? "continue" : "stop";
    });
  }
  return { value, faults };
}

/** Where a value stands. */
interface Place {
  readonly parent: Place | null;
  /** `null` of the outermost value. */
  readonly key: string | number | null;
  /** Lists and objects around it. */
  readonly depth: number;
}

/** Visits every value, in order, until `visit` says stop. Not recursive: no data can exhaust the stack. */
function walk(root: unknown, visit: (value: unknown, place: Place) => "continue" | "stop"): void {
  const open: { readonly value: unknown; readonly place: Place }[] = [
    { value: root, place: { parent: null, key: null, depth: 0 } },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, place } = next;
    if (visit(value, place) === "stop") return;
    const depth = place.depth + 1;
    if (Array.isArray(value)) {
      for (let at = value.length - 1; at >= 0; at -= 1)
        open.push({ value: value[at], place: { parent: place, key: at, depth } });
    } else if (isJsonObject(value)) {
      for (const key of Object.keys(value).reverse())
        open.push({ value: value[key], place: { parent: place, key, depth } });
    }
  }
}

function pathOf(place: Place): readonly PropertyKey[] {
  const path: PropertyKey[] = [];
  for (let at: Place | null = place; at !== null; at = at.parent)
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
  walk(JSON.parse(numbered), (value, place) => {
    const names = isJsonObject(value) ? Object.keys(value).map(unnumbered) : [];
    for (const name of repeatedOf(names))
      faults.push(repeatedName(pathOf(place).map(unnumbered), name));
    return faults.length < MAX_FAULTS ? "continue" : "stop";
  });
  return faults;
}

function repeatedOf(names: readonly PropertyKey[]): ReadonlySet<PropertyKey> {
  const seen = new Set<PropertyKey>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}

function inexactNumber(place: Place): JsonFault {
  return {
    path: pathOf(place),
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

function halfCharacter(place: Place): JsonFault {
  return {
    path: pathOf(place),
    message: "this text has half a character (a surrogate without its pair)",
    fix: "Send whole characters; cut text between them.",
  };
}

function tooDeep(place: Place): JsonFault {
  return {
    path: pathOf(place).slice(0, 3),
    message: `it is nested more than ${MAX_JSON_DEPTH} levels deep`,
    fix: "Make it flatter.",
  };
}
