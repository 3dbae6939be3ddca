import type { JsonObject } from "../../../shared/json.ts";
import { isJsonObject } from "../../../shared/json.ts";
import { compilePattern } from "../../language/safe-pattern.ts";
import { readInput } from "../inputs.ts";
import type { ProblemCollector } from "../problem.ts";
import { InputDefinition } from "../schema.ts";

/** Checks the declared inputs: options where they are chosen from, bounds, patterns, and that defaults fit. */
export function checkInputs(
  document: JsonObject,
  findings: ProblemCollector,
): ReadonlySet<string> | null {
  const inputs = document["inputs"];
  if (inputs === undefined) return null;
  if (!isJsonObject(inputs)) return null;
  for (const [name, source] of Object.entries(inputs)) {
    const input = InputDefinition.safeParse(source).data;
    if (input !== undefined) checkInput(name, input, findings);
  }
  return new Set(Object.keys(inputs));
}

function checkInput(name: string, input: InputDefinition, findings: ProblemCollector): void {
  const path = ["inputs", name];
  if (!checkOptions(path, input, findings)) return;
  if (input.min !== undefined && input.max !== undefined && input.min > input.max) {
    const message = `"min" (${input.min}) is above "max" (${input.max})`;
    findings.problem([...path, "min"], message, "Exchange them.");
  }
  const pattern = input.pattern === undefined ? null : compilePattern(input.pattern);
  if (typeof pattern === "string") {
    findings.problem([...path, "pattern"], pattern, "Correct the pattern.");
    return;
  }
  if (input.default === undefined || input.default === null) return;
  for (const { message, fix } of readInput(name, input, input.default, "json").problems) {
    findings.problem([...path, "default"], message, fix);
  }
}

/** @returns false when nothing else can be said about the input. */
function checkOptions(
  path: readonly PropertyKey[],
  { type, options }: InputDefinition,
  findings: ProblemCollector,
): boolean {
  const place = [...path, "options"];
  const chosen = type === "select" || type === "multi-select";
  if (options === undefined) {
    if (!chosen) return true;
    const fix = `List what can be chosen: an input of type ${type} needs it.`;
    findings.problem(place, '"options" is missing', fix);
    return false;
  }
  if (!chosen) {
    const fix = 'Use "type": "select", or remove the options.';
    findings.problem(place, `"options" means nothing for type ${type}`, fix);
  }
  const repeated = options.find((option, index) => options.indexOf(option) !== index);
  if (repeated !== undefined) {
    findings.problem(place, `"${repeated}" is there twice`, "Give each option once.");
  }
  return true;
}
