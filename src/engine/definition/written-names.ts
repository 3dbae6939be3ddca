import { didYouMean } from "../../shared/did-you-mean.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { CompiledBody, CompiledWorkflow } from "./compile.ts";
import { formatPath, type Problem } from "./problem.ts";

/** Variables that steps write, each with the step. */
interface WrittenNames {
  /** By `outputVariable`. */
  readonly outputs: ReadonlyMap<string, string>;
  /** By `foreach.as`: they hold a value of their own wherever the step can read them. */
  readonly items: ReadonlyMap<string, string>;
}

const known = new WeakMap<CompiledWorkflow, WrittenNames>();

/**
 * What is wrong with variables from outside that have the name of what a step writes: where that
 * step is passed over, the value from outside would pass for the step's own. Declared inputs are
 * meant to be given.
 */
export function problemsWithWritten(
  workflow: CompiledWorkflow,
  given: JsonObject,
): readonly Problem[] {
  const written = known.get(workflow) ?? findWritten(workflow);
  known.set(workflow, written);
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

function findWritten(workflow: CompiledWorkflow): WrittenNames {
  const outputs = new Map<string, string>();
  const items = new Map<string, string>();
  const visit = ({ steps }: CompiledBody): void => {
    for (const [id, { definition, type, bodies }] of steps) {
      const { config } = definition;
      const variable = config["outputVariable"];
      if (typeof variable === "string") outputs.set(variable, id);
      for (const { item } of type.bodiesIn?.(config) ?? [])
        if (item !== undefined) items.set(item, id);
      for (const body of bodies.values()) visit(body);
    }
  };
  visit(workflow);
  return { outputs, items };
}
