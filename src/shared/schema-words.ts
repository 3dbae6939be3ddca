import { z } from "zod";
import { counted } from "./counted.ts";
import { readOwn } from "./json.ts";

/** What a type of a schema is called among people. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  map: "an object",
  array: "a list",
  tuple: "a list",
  set: "a list",
  date: "a date",
  null: "null",
  never: "left out",
};

const FORMAT_WORDS: Readonly<Record<string, string>> = {
  email: "an e-mail address such as ann@example.com",
  url: "a web address such as https://example.com/page",
  date: "a date such as 2026-01-31",
  datetime: "a moment such as 2026-01-31T09:00:00Z",
  time: "a time such as 09:30:00",
  uuid: "a UUID",
  base64: "base64",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
};

/** Of a text whose schema does not say itself which form it wants. */
export const WRONG_FORM = "does not have the right form";

// For every schema of the process, where it has no message of its own: zod's words are for programmers.
z.config({ localeError: inWords });

/** Continues a sentence that begins with a name: `must be a number`. */
function inWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${typeWord(issue.expected)}${andIs(issue)}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values.map(String))}`;
    case "too_small":
    case "too_big":
      return sizeInWords(issue);
    case "unrecognized_keys":
      return `has a member that is not known here: ${issue.keys.map((key) => key.slice(0, 60)).join(", ")}`;
    case "invalid_union":
      return unionInWords(issue);
    case "invalid_format":
      return formatInWords(issue);
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return "is not possible here";
  }
}

/** What is counted in a value of a type that is too small or too big; other values are measured themselves. */
export const SIZE_UNITS: ReadonlyMap<string, string> = new Map([
  ["string", "character"],
  ["array", "element"],
]);

function sizeInWords(
  issue: Extract<z.core.$ZodRawIssue, { code: "too_small" | "too_big" }>,
): string {
  const isSmall = issue.code === "too_small";
  const limit = isSmall ? issue.minimum : issue.maximum;
  const unit = SIZE_UNITS.get(issue.origin) ?? null;
  if (isSmall && unit !== null && Number(limit) === 1) return "must not be empty";
  if (unit === null) return `must be ${bound(isSmall, issue.inclusive === true)} ${limit}`;
  const word = isSmall ? "at least" : "at most";
  return `must have ${word} ${counted(Number(limit), unit)}`;
}

function bound(isSmall: boolean, isInclusive: boolean): string {
  if (isInclusive) return isSmall ? "at least" : "at most";
  return isSmall ? "more than" : "less than";
}

function unionInWords(issue: Extract<z.core.$ZodRawIssue, { code: "invalid_union" }>): string {
  const types = issue.errors.flatMap((issues) =>
    issues.flatMap((issue) =>
      issue.code === "invalid_type" && issue.path.length === 0 ? [typeWord(issue.expected)] : [],
    ),
  );
  return types.length === 0
    ? "is not possible here"
    : `must be ${oneOf([...new Set(types)])}${andIs(issue)}`;
}

function formatInWords(issue: Extract<z.core.$ZodRawIssue, { code: "invalid_format" }>): string {
  const word = FORMAT_WORDS[issue.format];
  if (word !== undefined) return `must be ${word}`;
  const [prefix, suffix, part] = ["prefix", "suffix", "includes"].map((key) => readOwn(issue, key));
  if (typeof prefix === "string") return `must begin with ${JSON.stringify(prefix)}`;
  if (typeof suffix === "string") return `must end with ${JSON.stringify(suffix)}`;
  return typeof part === "string" ? `must contain ${JSON.stringify(part)}` : WRONG_FORM;
}

/** What was given in place of a value of another type; of a number that is not whole, the number. */
function andIs({ code, input, ...rest }: z.core.$ZodRawIssue): string {
  if (input === undefined) return "";
  const isFraction = code === "invalid_type" && readOwn(rest, "expected") === "int";
  return `, and is ${isFraction && typeof input === "number" ? input : typeOf(input)}`;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "a number";
  return typeof value === "boolean" ? "true or false" : "an object";
}

function typeWord(expected: string): string {
  return TYPE_WORDS[expected] ?? "another kind of value";
}

function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}
