import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json } from "../../shared/json.ts";

/*
 * What a labelled sample expects of a decision. A label of a value is the value itself. Where several answers are right it is an
 * object with one of the members below; a decision that is an object is compared by the members that the label names.
 */

/**
 * Whether a decision is what a sample expects.
 *
 * @param expected - a value to equal; `{oneOf: […]}`; `{from, to}` for numbers; `{contains: […], containsAny: […], lacks: […], maxLength}` for text
 * (without regard to case); any other object: the members that the decision must have, each by these rules.
 */
export function fitsExpected(actual: Json, expected: Json): boolean {
  if (typeof actual === "string" && typeof expected === "string") {
    return actual.normalize("NFC") === expected.normalize("NFC");
  }
  if (!isJsonObject(expected)) return isDeepStrictEqual(actual, expected);
  if (Array.isArray(expected["oneOf"])) {
    return expected["oneOf"].some((one: Json) => fitsExpected(actual, one));
  }
  if (isRange(expected)) return isWithin(actual, expected);
  if (isTextRule(expected)) return isTextAsWanted(actual, expected);
  if (!isJsonObject(actual)) return false;
  return Object.entries(expected).every(
    ([name, member]) => Object.hasOwn(actual, name) && fitsExpected(actual[name] ?? null, member),
  );
}

type Rule = Readonly<Record<string, Json>>;

/** A rule for numbers. */
export function isRange(rule: Rule): boolean {
  return onlyHas(rule, ["from", "to"]);
}

/** A rule for text. */
export function isTextRule(rule: Rule): boolean {
  return onlyHas(rule, ["contains", "containsAny", "lacks", "maxLength"]);
}

function onlyHas(rule: Rule, names: readonly string[]): boolean {
  const own = Object.keys(rule);
  return own.length > 0 && own.every((name) => names.includes(name));
}

function isWithin(actual: Json, { from, to }: Rule): boolean {
  if (typeof actual !== "number") return false;
  return (typeof from !== "number" || actual >= from) && (typeof to !== "number" || actual <= to);
}

function isTextAsWanted(actual: Json, { contains, containsAny, lacks, maxLength }: Rule): boolean {
  if (typeof actual !== "string") return false;
  if (typeof maxLength === "number" && Array.from(actual).length > maxLength) return false;
  const fold = (part: string): string => part.normalize("NFC").toLowerCase();
  const text = fold(actual);
  const isIn = (part: Json): boolean => typeof part === "string" && text.includes(fold(part));
  const any = toList(containsAny);
  return (
    toList(contains).every(isIn) &&
    (any.length === 0 || any.some(isIn)) &&
    !toList(lacks).some(isIn)
  );
}

function toList(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
