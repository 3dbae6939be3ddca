import { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What a type of a schema is called among people. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

/** Of a text whose schema does not say itself which form it wants. */
export const WRONG_FORM = "does not have the right form";

// For every schema of the process, where it has no message of its own: zod's words are for programmers.
z.config({ localeError: inWords });

/** Continues a sentence that begins with a name: `must be a number`. */
function inWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${typeWord(issue.expected)}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values.map(String))}`;
    case "too_small":
    case "too_big":
      return sizeInWords(issue);
    case "unrecognized_keys":
      return `has a member that is not known here: ${issue.keys.map((key) => key.slice(0, 60)).join(", ")}`;
    case "invalid_union":
      return unionInWords(issue.errors);
    case "invalid_format":
      return WRONG_FORM;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return "is not possible here";
  }
}

const UNITS: ReadonlyMap<string, string> = new Map([
  ["string", "character"],
  ["array", "element"],
]);

function sizeInWords(
  issue: Extract<z.core.$ZodRawIssue, { code: "too_small" | "too_big" }>,
): string {
  const isSmall = issue.code === "too_small";
  const limit = isSmall ? issue.minimum : issue.maximum;
  const unit = UNITS.get(issue.origin) ?? null;
  if (isSmall && unit !== null && Number(limit) === 1) return "must not be empty";
  if (unit === null) return `must be ${bound(isSmall, issue.inclusive === true)} ${limit}`;
  const word = isSmall ? "at least" : "at most";
  return `must have ${word} ${limit} ${unit}${Number(limit) === 1 ? "" : "s"}`;
}

function bound(isSmall: boolean, isInclusive: boolean): string {
  if (isInclusive) return isSmall ? "at least" : "at most";
  return isSmall ? "more than" : "less than";
}

function unionInWords(errors: readonly (readonly Issue[])[]): string {
  const types = errors.flatMap((issues) =>
    issues.flatMap((issue) =>
      issue.code === "invalid_type" && issue.path.length === 0 ? [typeWord(issue.expected)] : [],
    ),
  );
  return types.length === 0 ? "is not possible here" : `must be ${oneOf([...new Set(types)])}`;
}

function typeWord(expected: string): string {
  return TYPE_WORDS[expected] ?? expected;
}

function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}
