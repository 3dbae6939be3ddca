import { didYouMean } from "../../../shared/did-you-mean.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { readInput } from "../inputs.ts";
import type { ProblemCollector } from "../problem.ts";
import type { Definition } from "../schema.ts";
import { readInputSource } from "../trigger-inputs.ts";
import { type TriggerType, type TriggerValues, triggerId } from "../trigger-type.ts";
import { shapeOfPath } from "../webhook-paths.ts";
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
    const gives = typeof kind === "string" ? givesOf(triggerTypes.get(kind), source) : null;
    if (typeof kind !== "string" || gives === null) continue;
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

/** What every run of a trigger begins with; `null`: others decide that. */
function givesOf(type: TriggerType | undefined, source: JsonObject): readonly string[] | null {
  if (type?.gives === undefined || type.givesMore === true) return null;
  return [...type.gives, ...namesInAll(valuesOf(type, source))];
}

/** The values that stand in a trigger; none if it does not fit its schema, which is reported by itself. */
function valuesOf(type: TriggerType, source: JsonObject): readonly TriggerValues[] {
  const { type: _kind, id: _id, inputs: _inputs, ...config } = source;
  return type.config.safeParse(config).success ? (type.values?.(config) ?? []) : [];
}

/** Names that each of some sets of values has. */
function namesInAll(sets: readonly TriggerValues[]): readonly string[] {
  const [first, ...rest] = sets;
  return Object.keys(first?.inputs ?? {}).filter((name) =>
    rest.every(({ inputs }) => Object.hasOwn(inputs, name)),
  );
}

/** Values that stand in a trigger have to fit the inputs that take them. */
export function checkTriggerValues(
  document: JsonObject,
  { inputs = {} }: Definition,
  triggerTypes: ReadonlyMap<string, TriggerType>,
  collector: ProblemCollector,
): void {
  if (document["inputs"] === undefined) return;
  const declared = Object.keys(inputs);
  for (const { source, path } of triggersIn(document)) {
    const type = typeof source["type"] === "string" ? triggerTypes.get(source["type"]) : undefined;
    for (const set of type === undefined ? [] : valuesOf(type, source))
      for (const [name, value] of Object.entries(set.inputs)) {
        const at = [...path, ...set.path, name];
        const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
        if (input === undefined)
          collector.problem(
            at,
            `there is no input "${name.slice(0, 60)}"`,
            `Name one of the workflow's inputs.${didYouMean(name, declared)}`,
          );
        else
          for (const { message, fix } of readInput(name, input, value, "json").problems)
            collector.problem(at, message, fix);
      }
  }
}

/** Does a trigger give an input its value, by its name or by the trigger's `inputs`? */
function isGiven(name: string, { inputs }: JsonObject, gives: readonly string[]): boolean {
  return gives.includes(name) || (isJsonObject(inputs) && Object.hasOwn(inputs, name));
}

/** Inputs take what the trigger gives, and are there. */
function checkMapping(
  document: JsonObject,
  { inputs: mapping }: JsonObject,
  path: readonly PropertyKey[],
  type: TriggerType,
  collector: ProblemCollector,
): void {
  if (!isJsonObject(mapping)) return;
  const { inputs } = document;
  const declared = isJsonObject(inputs) ? Object.keys(inputs) : [];
  for (const [name, source] of Object.entries(mapping)) {
    const place = [...path, "inputs", name];
    if (!declared.includes(name)) {
      collector.problem(
        place,
        `there is no input "${name.slice(0, 60)}"`,
        `Name one of the workflow's inputs.${didYouMean(name, declared)}`,
      );
    }
    if (typeof source === "string") checkSource(source, place, type, collector);
  }
}

/** What an input takes is an expression, or a variable that the trigger gives. */
function checkSource(
  text: string,
  place: readonly PropertyKey[],
  { kind, gives, givesMore = false }: TriggerType,
  collector: ProblemCollector,
): void {
  const source = readInputSource(text);
  if ("problem" in source) return collector.problem(place, source.problem, WRITE_SOURCE);
  if (!("variable" in source) || givesMore || gives?.includes(source.variable)) return;
  collector.problem(
    place,
    `a trigger of type ${kind} gives no "${source.variable.slice(0, 60)}"`,
    gives === undefined
      ? 'Remove "inputs": who starts the workflow gives them by their names.'
      : `It gives ${gives.join(", ")}.${didYouMean(source.variable, gives)}`,
  );
}

const WRITE_SOURCE =
  "Write the name of a variable, or a CEL expression of variables and trigger, such as variables.order.total.";

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
    const shape = shapeOfPath(path);
    const same = first.get(shape);
    if (same === undefined) first.set(shape, index);
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
