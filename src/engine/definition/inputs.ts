import { didYouMean } from "../../shared/did-you-mean.ts";
import { isFileValue, writeSize } from "../../shared/file-value.ts";
import { formatPath } from "../../shared/format-path.ts";
import { isDeeper, type Json, type JsonObject } from "../../shared/json.ts";
import { readJsonOrText } from "../../shared/read-json.ts";
import { shorten } from "../../shared/shorten.ts";
import { dropUnseen } from "../../shared/unseen.ts";
import { compilePattern } from "../language/safe-pattern.ts";
import { INPUT_CONVERTERS } from "./input-conversion.ts";
import type { Problem } from "./problem.ts";
import type { Definition, InputDefinition } from "./schema.ts";

/** Levels of lists and objects in one variable. */
const MAX_DEPTH = 100;
/** Variables that a run begins with: each is checked by itself, and cut in views, so that their number bounds how long that takes. */
const MAX_VARIABLES = 1000;

/**
 * Where values come from: `text` that a person typed is converted, and so are the fields of a `form` that a program sent; `json`
 * is taken strictly.
 */
export type VariableForm = "text" | "form" | "json";

/** The variables that a run begins with, and everything that is wrong with what was given. */
export interface ResolvedInputs {
  readonly variables: JsonObject;
  /** Empty: the run may begin. Paths are names of inputs. */
  readonly problems: readonly Problem[];
}

/**
 * Turns what was given into the variables of a run.
 *
 * Without `inputs` in the definition every name is taken as it is. With `inputs`, unset ones get their default or null, and
 * names that are not declared pass from programs and are refused in text. An empty text or null counts as unset.
 */
export function resolveInputs(
  definition: Pick<Definition, "inputs">,
  given: JsonObject,
  form: VariableForm,
): ResolvedInputs {
  const { inputs } = definition;
  const count = Object.keys(given).length;
  if (count > MAX_VARIABLES) return { variables: {}, problems: [tooMany(count)] };
  const entries: [string, Json][] = [];
  const problems: Problem[] = [];
  for (const [name, input] of Object.entries(inputs ?? {})) {
    const value = Object.hasOwn(given, name) ? (given[name] ?? null) : null;
    const read = readInput(name, input, value, form);
    problems.push(...read.problems);
    entries.push([name, read.value]);
  }
  for (const [name, value] of Object.entries(given)) {
    if (inputs !== undefined && Object.hasOwn(inputs, name)) continue;
    if (inputs !== undefined && form === "text")
      problems.push(undeclared(name, Object.keys(inputs)));
    else if (isDeeper(value, MAX_DEPTH)) problems.push(tooDeep(name));
    else entries.push([name, value]);
  }
  // fromEntries defines own members: a variable called __proto__ is a variable.
  return { variables: Object.fromEntries(entries), problems };
}

function tooMany(count: number): Problem {
  return {
    path: "",
    message: `${count} values were given, and a run begins with ${MAX_VARIABLES} at most`,
    fix: "Put them into one list or object, under one name.",
  };
}

/** Reads one input. `problems` is empty when the value fits. */
export function readInput(
  name: string,
  input: InputDefinition,
  given: Json,
  form: VariableForm,
): { readonly value: Json; readonly problems: readonly Problem[] } {
  const path = formatPath([name]);
  if (isUnset(given, form)) {
    if (input.default !== undefined || !input.required)
      return { value: input.default ?? null, problems: [] };
    const message = `${input.label ?? `"${name}"`} is missing`;
    return { value: null, problems: [{ path, message, fix: `Give a value for "${name}".` }] };
  }
  const value = convert(input, given, form);
  if (value === undefined)
    return { value: null, problems: [{ path, ...misfit(input, given, form) }] };
  const problems = [
    ...checkBounds(input, value),
    ...checkPattern(input, value),
    ...checkFile(input, value),
  ];
  return { value, problems: problems.map((problem) => ({ path, ...problem })) };
}

/** What is wrong, before its place is known. */
type Misfit = Omit<Problem, "path">;

function isUnset(given: Json, form: VariableForm): boolean {
  return given === null || (form !== "json" && typeof given === "string" && isBlank(given));
}

function isBlank(text: string): boolean {
  return dropUnseen(text).trim() === "";
}

function convert(input: InputDefinition, given: Json, form: VariableForm): Json | undefined {
  const converter = INPUT_CONVERTERS[input.type];
  if (form === "form" && isTextList(given)) return converter.fromTexts?.(given, input);
  if (form === "json" || typeof given !== "string") return converter.fromJson(given, input);
  if (isFreeText(input)) return converter.fromText(given, input);
  const text = given.trim();
  return converter.fromText(text, input) ?? converter.fromText(dropUnseen(text).trim(), input);
}

function isTextList(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function misfit(input: InputDefinition, given: Json, form: VariableForm): Misfit {
  const { noun } = INPUT_CONVERTERS[input.type];
  const fix = fixOf(input, given, form);
  const options = input.options ? ` The options are ${input.options.join(", ")}.` : "";
  const near =
    typeof given === "string" && !input.sensitive ? didYouMean(given, input.options ?? []) : "";
  return { message: `${shown(given, input)} is not ${noun}`, fix: `${fix}${options}${near}` };
}

function fixOf(input: InputDefinition, given: Json, form: VariableForm): string {
  const converter = INPUT_CONVERTERS[input.type];
  if (form === "form" && Array.isArray(given) && !converter.fromTexts) return "Give it once.";
  if (typeof given !== "string" || input.sensitive) return converter.fix;
  if (form === "json" && typeof converter.fromText(given.trim(), input) === "number")
    return `Send it without quotes: ${given.trim()}.`;
  return converter.hint?.(given.trim()) ?? converter.fix;
}

function isFreeText(input: InputDefinition): boolean {
  return input.type === "string" || input.type === "text";
}

/** A value as a message may show it: short, and not at all if it is sensitive. */
function shown(value: Json, input: InputDefinition): string {
  if (input.sensitive) return "the value";
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "the list" : "an object";
  return shorten(JSON.stringify(value), 60);
}

function checkBounds(input: InputDefinition, value: Json): readonly Misfit[] {
  const { measure, unit } = measureOf(value);
  if (measure === null) return [];
  const it = unit === "" ? shown(value, input) : `${measure}${unit}`;
  const { min, max } = input;
  if (min !== undefined && measure < min) {
    return [{ message: `${it} is below ${min}${unit}`, fix: `Give at least ${min}${unit}.` }];
  }
  if (max !== undefined && measure > max) {
    return [{ message: `${it} is above ${max}${unit}`, fix: `Give at most ${max}${unit}.` }];
  }
  return [];
}

function checkPattern(input: InputDefinition, value: Json): readonly Misfit[] {
  if (input.pattern === undefined || typeof value !== "string") return [];
  const pattern = compilePattern(input.pattern);
  if (typeof pattern === "string") {
    return [{ message: pattern, fix: "Tell the author of the workflow." }];
  }
  if (value.length > pattern.maxLength) {
    const message = `the text has ${value.length} characters; at most ${pattern.maxLength} can be compared with its pattern`;
    return [{ message, fix: "Give a shorter text." }];
  }
  if (pattern.test(value)) return [];
  const fix = input.description ?? `It has to match ${input.pattern}.`;
  return [{ message: `${shown(value, input)} does not have the expected form`, fix }];
}

/** Of a file the name and what its sender said of it; the bytes are not looked into. */
function checkFile(
  { accept, maxSize, sensitive }: InputDefinition,
  value: Json,
): readonly Misfit[] {
  if (!isFileValue(value)) return [];
  const it = sensitive ? "the file" : `the file "${value.name}"`;
  const [type = ""] = value.type.split(";");
  const name = value.name.toLowerCase();
  const isAccepted = accept?.some((one) => {
    const wanted = one.toLowerCase();
    if (wanted.startsWith(".")) return name.endsWith(wanted);
    return wanted.endsWith("/*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
  });
  if (isAccepted === false) {
    const fix = `Give one of these: ${accept?.join(", ") ?? ""}.`;
    return [{ message: `${it} is of the type ${type}`, fix }];
  }
  if (maxSize === undefined || value.size <= maxSize) return [];
  const fix = `Give a file of at most ${writeSize(maxSize)}.`;
  return [{ message: `${it} has ${writeSize(value.size)}`, fix }];
}

/** What `min` and `max` are compared with: a number, or the length of a text or list. */
function measureOf(value: Json): { readonly measure: number | null; readonly unit: string } {
  if (typeof value === "number") return { measure: value, unit: "" };
  if (typeof value === "string") return { measure: Array.from(value).length, unit: " characters" };
  return Array.isArray(value)
    ? { measure: value.length, unit: " options" }
    : { measure: null, unit: "" };
}

function undeclared(name: string, names: readonly string[]): Problem {
  return {
    path: formatPath([name]),
    message: `"${name.slice(0, 60)}" is not an input of this workflow`,
    fix: `${names.length === 0 ? "It takes no inputs." : `Its inputs are ${names.join(", ")}.`}${didYouMean(name, names)}`,
  };
}

function tooDeep(name: string): Problem {
  return {
    path: formatPath([name]),
    message: `the value is nested deeper than ${MAX_DEPTH} levels`,
    fix: "Give the part that the workflow needs.",
  };
}

/**
 * Reads what variables of a run shall become. Inputs are checked as at the start; a variable that a step wrote takes any value,
 * text by JSON where it is JSON and the variable is no text.
 *
 * @param current - the variables that the run has. Others cannot be set, unless the definition declares no inputs.
 * @returns the edited ones alone.
 */
export function resolveEdits(
  definition: Pick<Definition, "inputs">,
  current: JsonObject,
  edits: JsonObject,
  form: VariableForm,
): ResolvedInputs {
  const { inputs } = definition;
  const names = [...new Set([...Object.keys(inputs ?? {}), ...Object.keys(current)])];
  const read = Object.entries(edits).map(([name, given]) => {
    const input = inputs && Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (input) return { name, ...readInput(name, input, given, form) };
    const before = Object.hasOwn(current, name) ? current[name] : undefined;
    if (before !== undefined || inputs === undefined)
      return { name, value: readFree(before, given, form), problems: [] };
    const problem = {
      path: formatPath([name]),
      message: `this run has no variable "${name.slice(0, 60)}"`,
      fix: `It has ${names.join(", ") || "none"}.${didYouMean(name, names)}`,
    };
    return { name, value: null, problems: [problem] };
  });
  return {
    variables: Object.fromEntries(read.map(({ name, value }): [string, Json] => [name, value])),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function readFree(before: Json | undefined, given: Json, form: VariableForm): Json {
  if (form === "json" || typeof given !== "string" || typeof before === "string") return given;
  return readJsonOrText(given);
}
