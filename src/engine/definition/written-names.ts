import { didYouMean } from "../../shared/did-you-mean.ts";
import { formatPath } from "../../shared/format-path.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { CompiledBody, CompiledStep, CompiledWorkflow } from "./compile.ts";
import type { Problem } from "./problem.ts";

/** Variables that steps write, each with the step. */
export interface WrittenNames {
  /** By `outputVariable`. */
  readonly outputs: ReadonlyMap<string, string>;
  /** By `foreach.as`: they hold a value of their own wherever the step can read them. */
  readonly items: ReadonlyMap<string, string>;
}

const known = new WeakMap<CompiledBody["steps"], WrittenNames>();

/** The variable that takes the output of a step; `undefined`: none does. */
export function outputVariableOf({ definition }: CompiledStep): string | undefined {
  const name = definition.config["outputVariable"];
  return typeof name === "string" ? name : undefined;
}

/** The variable that holds the item in the bodies of a step; `undefined`: it executes none for items. */
export function itemNameOf({ definition, type }: CompiledStep): string | undefined {
  return type.bodiesIn?.(definition.config).find(({ item }) => item !== undefined)?.item;
}

/** The variables that steps of a workflow write, in bodies too. Computed once for each version. */
export function writtenNames(workflow: CompiledBody): WrittenNames {
  const written = known.get(workflow.steps) ?? findWritten(workflow);
  known.set(workflow.steps, written);
  return written;
}

/**
 * What is wrong with variables from outside that have the name of what a step writes: where that
 * step is passed over, the value from outside would pass for the step's own. Declared inputs are
 * meant to be given.
 */
export function problemsWithWritten(
  workflow: CompiledWorkflow,
  given: JsonObject,
): readonly Problem[] {
  const written = writtenNames(workflow);
  const { inputs } = workflow.definition;
  return Object.keys(given).flatMap((name) => {
    if (inputs !== undefined && Object.hasOwn(inputs, name)) return [];
    const item = inputs === undefined ? undefined : written.items.get(name);
    const step = written.outputs.get(name) ?? item;
    if (step === undefined) return [];
    const near = didYouMean(name, Object.keys(inputs ?? {}));
    return [
      {
        path: formatPath([name]),
        message: `"${name}" is what step "${step}" writes, so it cannot be given at the start`,
        fix: `Leave it out or give it another name; the author of the workflow can declare it in "inputs".${near}`,
      },
    ];
  });
}

function findWritten(workflow: CompiledBody): WrittenNames {
  const outputs = new Map<string, string>();
  const items = new Map<string, string>();
  const visit = ({ steps }: CompiledBody): void => {
    for (const [id, step] of steps) {
      const variable = outputVariableOf(step);
      const item = itemNameOf(step);
      if (variable !== undefined) outputs.set(variable, id);
      if (item !== undefined) items.set(item, id);
      for (const body of step.bodies.values()) visit(body);
    }
  };
  visit(workflow);
  return { outputs, items };
}
