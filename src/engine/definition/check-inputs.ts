import { isJsonObject, type JsonObject } from "../../json.ts";
import { compilePattern } from "../linear-pattern.ts";
import type { Findings } from "./findings.ts";
import { readInput } from "./inputs.ts";
import { InputDefinition } from "./schema.ts";

/** Checks the declared inputs: options where they are chosen from, bounds, patterns, and that defaults fit. */
export function checkInputs(document: JsonObject, findings: Findings): ReadonlySet<string> | null {
  const inputs = document["inputs"];
  if (inputs === undefined) return null;
  if (!isJsonObject(inputs)) return null;
  for (const [name, source] of Object.entries(inputs)) {
    const input = InputDefinition.safeParse(source).data;
    if (input !== undefined) checkInput(name, input, findings);
  }
  return new Set(Object.keys(inputs));
}

function checkInput(name: string, input: InputDefinition, findings: Findings): void {
  const path = ["inputs", name];
  const chosen = input.type === "select" || input.type === "multi-select";
  if (chosen && input.options === undefined) {
    findings.problem(
      [...path, "options"],
      '"options" is missing',
      `List what can be chosen: an input of type ${input.type} needs it.`,
    );
    return;
  }
  if (!chosen && input.options !== undefined) {
    findings.problem(
      [...path, "options"],
      `"options" means nothing for type ${input.type}`,
      'Use "type": "select", or remove the options.',
    );
  }
  const repeated = input.options?.find((option, index) => input.options?.indexOf(option) !== index);
  if (repeated !== undefined) {
    findings.problem(
      [...path, "options"],
      `"${repeated}" is there twice`,
      "Give each option once.",
    );
  }
  if (input.min !== undefined && input.max !== undefined && input.min > input.max) {
    findings.problem(
      [...path, "min"],
      `"min" (${input.min}) is above "max" (${input.max})`,
      "Exchange them.",
    );
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
