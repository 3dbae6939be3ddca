import { asAppError, isAppError } from "../../../shared/errors.ts";
import { formatPath } from "../../../shared/format-path.ts";
import { isJsonObject, type JsonObject, readOwn } from "../../../shared/json.ts";
import { compileExpression, type Expression } from "../../language/expression.ts";
import { findTemplates } from "../../language/template.ts";
import type { PartialBody, PartialStep } from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";
import { checkReference, type ReferenceContext, type ReferencePlace } from "./reference.ts";

/** Checks every path that templates and expressions of a body's steps read, and that they can be read at all. */
export function checkReferences(
  body: PartialBody,
  outer: ReferenceContext,
  collector: ProblemCollector,
): void {
  for (const step of body.steps) {
    const levels = [{ body, here: step.id }, ...outer.levels];
    const context = { ...outer, levels };
    checkStepReferences(step, context, collector);
    for (const inner of step.bodies) checkReferences(inner, context, collector);
  }
}

function checkStepReferences(
  step: PartialStep,
  context: ReferenceContext,
  collector: ProblemCollector,
): void {
  const expressions = step.program?.expressions ?? [];
  const base = [...step.path, "config"];
  const places = new Set(expressions.map(({ path }) => JSON.stringify(path)));
  const bodies = step.bodies.map(({ path }) => `${formatPath(path)}[`);
  // What cannot be compiled has a problem already, in the words of expressions; inner steps are checked by themselves.
  const isElsewhere = (path: readonly PropertyKey[]): boolean =>
    places.has(JSON.stringify(path)) ||
    collector.hasProblemAt([...base, ...path]) ||
    bodies.some((inner) => formatPath([...base, ...path]).startsWith(inner));
  const templates = findTemplates(step.config, (path, error) => {
    if (!isAppError(error)) throw error;
    if (!isElsewhere(path))
      collector.problem([...base, ...path], error.message, "Correct the template.");
  });
  for (const { path, template } of [...templates, ...(step.program?.templates ?? [])]) {
    if (isElsewhere(path)) continue;
    for (const reference of template.paths) {
      const place = { path: [...base, ...path], step, form: "template" as const };
      checkReference(reference, place, context, collector);
    }
  }
  for (const { path, expression, roots } of expressions) {
    const place = { path: [...base, ...path], step, ...(roots && { roots }) };
    checkExpression(expression, place, context, collector);
  }
}

/** Checks the definition's own `output` expression. */
export function checkOutput(
  source: unknown,
  context: ReferenceContext,
  collector: ProblemCollector,
): void {
  if (typeof source !== "string") return;
  try {
    checkExpression(
      compileExpression(source),
      { path: ["output"], step: null },
      context,
      collector,
    );
  } catch (error) {
    collector.problem(["output"], asAppError(error).message, "Correct the CEL expression.");
  }
}

function checkExpression(
  expression: Expression,
  place: Pick<ReferencePlace, "path" | "step" | "roots">,
  context: ReferenceContext,
  collector: ProblemCollector,
): void {
  const tested = new Set(expression.testedPaths.map((path) => JSON.stringify(path.slice(0, 2))));
  for (const reference of distinct(expression.paths)) {
    const isTested = tested.has(JSON.stringify(reference.slice(0, 2)));
    checkReference(reference, { ...place, form: "expression", isTested }, context, collector);
  }
  for (const reference of distinct(expression.testedPaths)) {
    checkReference(reference, { ...place, form: "expression", isTested: true }, context, collector);
  }
}

function distinct(paths: readonly (readonly string[])[]): Iterable<readonly string[]> {
  return new Map(paths.map((path) => [JSON.stringify(path), path])).values();
}

/** What is known before the first step. */
const KNOWN_ROOTS: readonly unknown[] = [
  "variables",
  "trigger",
  "execution",
  "executionId",
  "workflowId",
];

/** The key is computed before the first step runs, so it can name no results. */
export function checkConcurrency(document: JsonObject, collector: ProblemCollector): void {
  checkKnownAtStart(readOwn(document["concurrency"], "key"), ["concurrency", "key"], collector);
}

/** Labels are computed at the start, kept as they are and shown to all who see the run, so they can hold nothing sensitive. */
export function checkLabels(document: JsonObject, collector: ProblemCollector): void {
  const { labels } = document;
  if (!isJsonObject(labels)) return;
  const inputs = document["inputs"];
  const sensitive = Object.entries(isJsonObject(inputs) ? inputs : {}).flatMap(([name, input]) =>
    readOwn(input, "sensitive") === true ? [name] : [],
  );
  for (const [label, template] of Object.entries(labels)) {
    const path = ["labels", label];
    for (const [root, name] of checkKnownAtStart(template, path, collector)) {
      if (root !== "variables") continue;
      const shown = sensitive.find((one) => name === undefined || one === name);
      if (shown === undefined) continue;
      const why = `the input "${shown}" is sensitive, and all who see the run see its labels`;
      collector.problem(path, why, "Use an input that is not sensitive.");
    }
  }
}

/** @returns the paths that a template reads before the first step. */
function checkKnownAtStart(
  source: unknown,
  path: readonly string[],
  collector: ProblemCollector,
): readonly (readonly unknown[])[] {
  if (typeof source !== "string") return [];
  const fix = "Use what is known at the start, such as {{variables.customer}}.";
  const templates = findTemplates(source, (_at, error) =>
    collector.problem(path, asAppError(error).message, fix),
  );
  const paths = templates.flatMap(({ template }) => template.paths);
  for (const [root = ""] of paths) {
    if (KNOWN_ROOTS.includes(root)) continue;
    collector.problem(path, `"${root}" is not known before the first step`, fix);
  }
  return paths;
}
