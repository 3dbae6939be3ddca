import type { ErrorObject } from "ajv";
import { readOwn } from "../../shared/json.ts";
import { shorten } from "../../shared/shorten.ts";

/** Problems that a complaint lists: a model corrects a few at a time. */
const MAX_PROBLEMS = 5;

/** Characters of a value that is quoted. */
const MAX_QUOTED = 120;

/** What a value violates, in words for a model or an author: place and demand of each, the innermost first. */
export function describeErrors(errors: readonly ErrorObject[]): readonly string[] {
  const sentences = errors
    .map((error) => ({ sentence: describeError(error), path: pathOf(error) }))
    .toSorted((a, b) => b.path.length - a.path.length)
    .map(({ sentence, path }) => {
      const place = path.join(".");
      return place === "" ? sentence : `"${place}": ${sentence}`;
    });
  return [...new Set(sentences)].slice(0, MAX_PROBLEMS);
}

/** Names and indexes that lead to the value of an error. */
export function pathOf({ instancePath }: ErrorObject): readonly string[] {
  // A JSON pointer, RFC 6901.
  return instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What is wanted in the place of an error. */
export function describeError(error: ErrorObject): string {
  const { keyword, message = "does not fit", params } = error;
  const named = (name: string): string => quote(readOwn(params, name));
  switch (keyword) {
    case "enum":
      return `must be one of ${listOf(readOwn(params, "allowedValues"))}`;
    case "const":
      return `must be ${named("allowedValue")}`;
    case "required":
    case "dependentRequired":
    case "dependencies":
      return `the key ${named("missingProperty")} is missing`;
    case "additionalProperties":
      return `Unrecognized key: ${named("additionalProperty")}`;
    case "unevaluatedProperties":
      return `Unrecognized key: ${named("unevaluatedProperty")}`;
    case "propertyNames":
      return `the key ${named("propertyName")} has a name that is not allowed`;
    case "uniqueItems":
      return `items ${named("j")} and ${named("i")} are equal, but all must differ`;
    case "false schema":
      return "must not be given";
    default:
      return message.replace(/\bNOT\b/g, "not");
  }
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? shorten(values.map(quote).join(", "), 1000) : quote(values);
}

function quote(value: unknown): string {
  return shorten(JSON.stringify(value) ?? "nothing", MAX_QUOTED);
}
