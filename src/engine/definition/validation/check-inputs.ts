import { isJsonObject, type JsonObject } from "../../../shared/json.ts";
import { LINK_KINDS } from "../../../shared/places/place.ts";
import { compilePattern } from "../../language/safe-pattern.ts";
import { readInput } from "../inputs.ts";
import type { ProblemCollector } from "../problem.ts";
import { InputDefinition } from "../schema.ts";

/** Checks the declared inputs: options where they are chosen from, bounds, patterns, and that defaults fit. */
export function checkInputs(
  document: JsonObject,
  collector: ProblemCollector,
): ReadonlySet<string> | null {
  const inputs = document["inputs"];
  if (inputs === undefined) return null;
  if (!isJsonObject(inputs)) return null;
  for (const [name, source] of Object.entries(inputs)) {
    const input = InputDefinition.safeParse(source).data;
    if (input !== undefined) checkInput(["inputs", name], name, input, collector);
  }
  return new Set(Object.keys(inputs));
}

/** Checks one declaration of a value that people give. @param path - its place in the document. */
export function checkInput(
  path: readonly PropertyKey[],
  name: string,
  input: InputDefinition,
  collector: ProblemCollector,
): void {
  if (!checkOptions(path, input, collector)) return;
  if (input.link !== undefined && !LINK_KINDS.some((kind) => kind === input.type)) {
    const message = `"link" means nothing for type ${input.type}`;
    const fix = `Remove it: a link is made of a ${LINK_KINDS.join(", a ")}.`;
    collector.problem([...path, "link"], message, fix);
  }
  checkFileBounds(path, input, collector);
  if (input.min !== undefined && input.max !== undefined && input.min > input.max) {
    const message = `"min" (${input.min}) is above "max" (${input.max})`;
    collector.problem([...path, "min"], message, "Exchange them.");
  }
  const pattern = input.pattern === undefined ? null : compilePattern(input.pattern);
  if (typeof pattern === "string") {
    collector.problem([...path, "pattern"], pattern, "Correct the pattern.");
    return;
  }
  if (input.default === undefined || input.default === null) return;
  for (const { message, fix } of readInput(name, input, input.default, "json").problems) {
    collector.problem([...path, "default"], message, fix);
  }
}

function checkFileBounds(
  path: readonly PropertyKey[],
  input: InputDefinition,
  collector: ProblemCollector,
): void {
  for (const member of ["accept", "maxSize"] as const) {
    if (input[member] === undefined || input.type === "file") continue;
    const message = `"${member}" means nothing for type ${input.type}`;
    collector.problem([...path, member], message, 'Use "type": "file", or remove it.');
  }
}

/** @returns false when nothing else can be said about the input. */
function checkOptions(
  path: readonly PropertyKey[],
  { type, options }: InputDefinition,
  collector: ProblemCollector,
): boolean {
  const place = [...path, "options"];
  const chosen = type === "select" || type === "multi-select";
  if (options === undefined) {
    if (!chosen) return true;
    const fix = `List what can be chosen: an input of type ${type} needs it.`;
    collector.problem(place, '"options" is missing', fix);
    return false;
  }
  if (!chosen) {
    const fix = 'Use "type": "select", or remove the options.';
    collector.problem(place, `"options" means nothing for type ${type}`, fix);
  }
  const repeated = options.find((option, index) => options.indexOf(option) !== index);
  if (repeated !== undefined) {
    collector.problem(place, `"${repeated}" is there twice`, "Give each option once.");
  }
  return true;
}
