import { didYouMean } from "../../shared/did-you-mean.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { type ResolvedInputs, readInput, type VariableForm } from "./inputs.ts";
import { formatPath } from "./problem.ts";
import type { Definition } from "./schema.ts";

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
  try {
    const value: Json = JSON.parse(given);
    return value;
  } catch {
    return given;
  }
}
