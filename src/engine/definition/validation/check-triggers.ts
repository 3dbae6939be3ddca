import { didYouMean } from "../../../shared/did-you-mean.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import type { ProblemCollector } from "../problem.ts";
import { type TriggerType, triggerId } from "../trigger-type.ts";
import { addSchemaProblems } from "./schema-problems.ts";

/** A definition's triggers, wherever they stand, as far as they are objects. */
function triggersIn(
  document: JsonObject,
): readonly { readonly source: JsonObject; readonly path: readonly PropertyKey[] }[] {
  const { trigger, triggers } = document;
  const list = Array.isArray(triggers) ? triggers : [];
  const listed = list.map((source: Json, index) => ({ source, path: ["triggers", index] }));
  return [...listed, { source: trigger, path: ["trigger"] }].flatMap(({ source, path }) =>
    isJsonObject(source) ? [{ source, path }] : [],
  );
}

/** The variables that runs begin with, whatever the inputs say. */
export function variablesOfTriggers(
  document: JsonObject,
  triggerTypes: ReadonlyMap<string, TriggerType>,
): readonly string[] {
  return triggersIn(document).flatMap(({ source: { type } }) =>
    typeof type === "string" ? (triggerTypes.get(type)?.gives ?? []) : [],
  );
}

/** An input that has to be given, and that a trigger cannot give, keeps it from ever starting a run. */
export function checkGivenInputs(
  document: JsonObject,
  triggerTypes: ReadonlyMap<string, TriggerType>,
  collector: ProblemCollector,
): void {
  const { inputs } = document;
  if (!isJsonObject(inputs)) return;
  for (const { source, path } of triggersIn(document)) {
    const { type: kind } = source;
    const type = typeof kind === "string" ? triggerTypes.get(kind) : undefined;
    const gives = type?.givesMore === true ? undefined : type?.gives;
    if (typeof kind !== "string" || gives === undefined) continue;
    for (const [name, input] of Object.entries(inputs)) {
      if (!isNeeded(input) || isGiven(name, source, gives)) continue;
      collector.problem(
        path,
        `a trigger of type ${kind} cannot give the input "${name}", which is required`,
        `Give the input a default, or make it optional. The trigger gives ${gives.join(", ")}; its "inputs" may say which of them the input takes.`,
      );
    }
  }
}

/** Does a trigger give an input its value, by its name or by the trigger's `inputs`? */
function isGiven(name: string, { inputs }: JsonObject, gives: readonly string[]): boolean {
  return gives.includes(name) || (isJsonObject(inputs) && Object.hasOwn(inputs, name));
}

/** Inputs take variables that the trigger gives, and are there. */
function checkMapping(
  document: JsonObject,
  { inputs: mapping }: JsonObject,
  path: readonly PropertyKey[],
  { kind, gives, givesMore = false }: TriggerType,
  collector: ProblemCollector,
): void {
  if (!isJsonObject(mapping)) return;
  const { inputs } = document;
  const declared = isJsonObject(inputs) ? Object.keys(inputs) : [];
  for (const [name, variable] of Object.entries(mapping)) {
    if (!declared.includes(name)) {
      collector.problem(
        [...path, "inputs", name],
        `there is no input "${name.slice(0, 60)}"`,
        `Name one of the workflow's inputs.${didYouMean(name, declared)}`,
      );
    }
    if (typeof variable !== "string" || givesMore || gives?.includes(variable)) continue;
    collector.problem(
      [...path, "inputs", name],
      `a trigger of type ${kind} gives no "${variable.slice(0, 60)}"`,
      gives === undefined
        ? 'Remove "inputs": who starts the workflow gives them by their names.'
        : `It gives ${gives.join(", ")}.${didYouMean(variable, gives)}`,
    );
  }
}

function isNeeded(input: Json): boolean {
  if (!isJsonObject(input) || input["required"] !== true) return false;
  return (input["default"] ?? null) === null;
}

/** Checks the triggers: one way of writing them, known types, fitting configurations, an id for each. */
export function checkTriggers(
  document: JsonObject,
  triggerTypes: ReadonlyMap<string, TriggerType>,
  collector: ProblemCollector,
): void {
  const { trigger, triggers } = document;
  if (trigger !== undefined && triggers !== undefined) {
    collector.problem(
      ["triggers"],
      'both "trigger" and "triggers" are given',
      'Move all of them into the list "triggers".',
    );
  }
  const check = (source: JsonObject, path: readonly PropertyKey[]): void => {
    const type = checkTrigger(source, path, triggerTypes, collector);
    if (type !== undefined) checkMapping(document, source, path, type, collector);
  };
  if (isJsonObject(trigger)) check(trigger, ["trigger"]);
  if (!Array.isArray(triggers)) return;
  checkSamePaths(triggers, collector);
  const ids = new Map<string, number>();
  triggers.forEach((source: unknown, index) => {
    if (!isJsonObject(source)) return;
    check(source, ["triggers", index]);
    const { type, id } = source;
    if (typeof type !== "string" || (id !== undefined && typeof id !== "string")) return;
    const own = triggerId({ type, id }, index);
    const same = ids.get(own);
    if (same === undefined) ids.set(own, index);
    else
      collector.problem(
        ["triggers", index, "id"],
        `"${own}" is the id of triggers[${same}] too`,
        "Give each trigger an id of its own.",
      );
  });
}

/** A request to one path can start one run only. */
function checkSamePaths(triggers: readonly unknown[], collector: ProblemCollector): void {
  const first = new Map<string, number>();
  triggers.forEach((source, index) => {
    if (!isJsonObject(source) || source["type"] !== "webhook") return;
    const { path } = source;
    if (typeof path !== "string") return;
    const same = first.get(path);
    if (same === undefined) first.set(path, index);
    else
      collector.problem(
        ["triggers", index, "path"],
        `${path.slice(0, 200)} is the path of triggers[${same}] too`,
        "Give each webhook a path of its own.",
      );
  });
}

/** @returns its type; `undefined`: there is none of this name. */
function checkTrigger(
  source: JsonObject,
  path: readonly PropertyKey[],
  triggerTypes: ReadonlyMap<string, TriggerType>,
  collector: ProblemCollector,
): TriggerType | undefined {
  const { type: kind, id: _id, inputs: _inputs, ...config } = source;
  if (typeof kind !== "string") return undefined;
  const type = triggerTypes.get(kind);
  if (type === undefined) {
    const kinds = [...triggerTypes.keys()];
    collector.problem(
      [...path, "type"],
      `there is no trigger type "${kind.slice(0, 60)}"`,
      `Known types: ${kinds.join(", ")}.${didYouMean(kind, kinds)}`,
    );
    return undefined;
  }
  if (!type.config.safeParse(config).success) {
    addSchemaProblems(type.config, config, path, collector);
    return type;
  }
  for (const problem of type.check?.(config) ?? []) {
    collector.problem([...path, ...problem.path], problem.message, problem.fix);
  }
  return type;
}
