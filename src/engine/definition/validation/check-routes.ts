import { didYouMean, nearest } from "../../../shared/did-you-mean.ts";
import {
  analyzeGraph,
  DEFAULT_ROUTE,
  END,
  findRoute,
  type Graph,
  normalizeNext,
} from "../graph.ts";
import type { PartialBody, PartialStep } from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";
import type { Routes } from "../step-type.ts";

const MAX_NAMED = 12;

/** Checks where the steps of a body lead: that targets exist, that every step is reached, that every output has a route. */
export function checkRoutes(body: Omit<PartialBody, "graph">, collector: ProblemCollector): Graph {
  const { steps, isRoot } = body;
  const ids = new Set(steps.map((step) => step.id).filter((id) => id !== ""));
  const meant = new Set<string>();
  for (const step of steps) {
    for (const { path, target } of targetsOf(step)) {
      if (target === END || ids.has(target)) continue;
      meant.add(nearest(target, ids) ?? "");
      collector.problem(
        [...step.path, ...path],
        `there is no step "${target.slice(0, 64)}"`,
        whichSteps(target, ids, isRoot),
      );
    }
    if (step.fallbackStep === END) {
      collector.problem(
        [...step.path, "fallbackStep"],
        '"end" is not a step',
        'Name a step, or use "onFailure": "skip".',
      );
    }
    checkOutputs(step, collector);
    checkSkip(step, collector);
  }
  const graph = analyzeGraph(
    steps.map((step) => ({
      id: step.id,
      next: step.next,
      fallbackStep: step.fallbackStep,
      alsoNext: (step.program?.alsoNext ?? []).map(({ stepId }) => stepId),
    })),
  );
  for (const step of steps) {
    // What a misspelled route probably means is not reported a second time.
    if (step.id === "" || graph.isReachable(step.id) || meant.has(step.id)) continue;
    collector.problem(
      [...step.path, "id"],
      `no route leads to "${step.id}"`,
      `Name it in the "next" of an earlier step (without "next" ${isRoot ? "a run ends" : "the next of the list follows"}), or remove it.`,
    );
  }
  return graph;
}

function targetsOf(
  step: PartialStep,
): readonly { readonly path: readonly PropertyKey[]; readonly target: string }[] {
  const targets: { path: readonly PropertyKey[]; target: string }[] = [];
  if (typeof step.next === "string") targets.push({ path: ["next"], target: step.next });
  else
    for (const [key, target] of Object.entries(step.next ?? {}))
      targets.push({ path: ["next", key], target });
  if (step.fallbackStep !== undefined)
    targets.push({ path: ["fallbackStep"], target: step.fallbackStep });
  for (const { path, stepId } of step.program?.alsoNext ?? [])
    targets.push({ path: ["config", ...path], target: stepId });
  return targets;
}

function whichSteps(target: string, ids: ReadonlySet<string>, isRoot: boolean): string {
  const names = [...ids].slice(0, MAX_NAMED).join(", ");
  const more = ids.size > MAX_NAMED ? ` and ${ids.size - MAX_NAMED} more` : "";
  const where = isRoot ? "Steps are" : "A route stays within its branch, whose steps are";
  const ends = isRoot ? "the run" : "the branch";
  return `${where} ${names}${more}; "end" ends ${ends}.${didYouMean(target, ids)}`;
}

/** Every output that a step can have needs a route, and every route an output. */
function checkOutputs(step: PartialStep, collector: ProblemCollector): void {
  const routes = step.program?.routes;
  if (routes === undefined || step.type === null) return;
  const path = [...step.path, "next"];
  const next = normalizeNext(step);
  if (routes.kind === "open") {
    if (next.size > 0) return;
    collector.problem(path, '"next" has no routes', 'Add a route, such as "default": "end".');
    return;
  }
  const { kind } = step.type;
  if (routes.kind === "closed") checkClosed(routes, next, path, collector);
  else if (!next.has(DEFAULT_ROUTE)) {
    const fix = `Add it: a step of type ${kind} always continues by "default".`;
    collector.problem([...path, DEFAULT_ROUTE], '"default" has no route', fix);
  }
  warnUnused(routes.kind === "closed" ? routes.values : [], kind, next, path, collector);
}

function warnUnused(
  values: readonly string[],
  kind: string,
  next: ReadonlyMap<string, string>,
  path: readonly PropertyKey[],
  collector: ProblemCollector,
): void {
  const gives =
    values.length > 0
      ? `The step gives ${values.slice(0, MAX_NAMED).join(", ")}.`
      : `A step of type ${kind} continues by "default".`;
  const taken = new Set(values.map((value) => findRoute(next, value)));
  for (const key of next.keys()) {
    if (key === DEFAULT_ROUTE || taken.has(key)) continue;
    const message = `the route "${key.slice(0, 60)}" can never be taken`;
    collector.warn([...path, key], message, `${gives}${didYouMean(key, values)}`);
  }
}

function checkClosed(
  { values, explicit = [] }: Extract<Routes, { kind: "closed" }>,
  next: ReadonlyMap<string, string>,
  path: readonly PropertyKey[],
  collector: ProblemCollector,
): void {
  for (const value of values) {
    const needsOwn = explicit.includes(value);
    if (findRoute(next, value) !== undefined || (!needsOwn && next.has(DEFAULT_ROUTE))) continue;
    const fix = needsOwn
      ? `Add "${value}" to "next": the default does not serve it.`
      : `Add "${value}" or "default" to "next".`;
    collector.problem([...path, value], `"${value}" has no route`, fix);
  }
}

function checkSkip(step: PartialStep, collector: ProblemCollector): void {
  if (step.source["onFailure"] !== "skip" || normalizeNext(step).has(DEFAULT_ROUTE)) return;
  collector.problem(
    [...step.path, "next", DEFAULT_ROUTE],
    '"onFailure": "skip" continues by "default", and there is no such route',
    'Add "default" to "next".',
  );
}
