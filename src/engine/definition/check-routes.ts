import { didYouMean, nearest } from "../nearest.ts";
import type { DraftStep } from "./draft.ts";
import type { Findings } from "./findings.ts";
import { analyzeGraph, DEFAULT_ROUTE, END, type Graph, normalizeNext } from "./graph.ts";

const MAX_NAMED = 12;

/** Checks where steps lead: that targets exist, that every step is reached, that every output has a route. */
export function checkRoutes(steps: readonly DraftStep[], findings: Findings): Graph {
  const ids = new Set(steps.map((step) => step.id).filter((id) => id !== ""));
  const meant = new Set<string>();
  for (const step of steps) {
    for (const { path, target } of targetsOf(step)) {
      if (target === END || ids.has(target)) continue;
      meant.add(nearest(target, ids) ?? "");
      findings.problem(
        [...step.path, ...path],
        `there is no step "${target.slice(0, 64)}"`,
        whichSteps(target, ids),
      );
    }
    if (step.fallbackStep === END) {
      findings.problem(
        [...step.path, "fallbackStep"],
        '"end" is no step',
        'Name a step, or use "onFailure": "skip".',
      );
    }
    checkClosed(step, findings);
    checkSkip(step, findings);
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
    findings.problem(
      [...step.path, "id"],
      `no route leads to "${step.id}"`,
      'Name it in the "next" of an earlier step (without "next" a run ends), or remove it.',
    );
  }
  return graph;
}

function targetsOf(
  step: DraftStep,
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

function whichSteps(target: string, ids: ReadonlySet<string>): string {
  const names = [...ids].slice(0, MAX_NAMED).join(", ");
  const more = ids.size > MAX_NAMED ? ` and ${ids.size - MAX_NAMED} more` : "";
  return `Steps are ${names}${more}; "end" ends the run.${didYouMean(target, ids)}`;
}

/** Every output that a step can have needs a route, and every route an output. */
function checkClosed(step: DraftStep, findings: Findings): void {
  const routes = step.program?.routes;
  if (routes === undefined || step.type === null) return;
  const next = normalizeNext(step);
  const path = [...step.path, "next"];
  if (routes.kind === "open") {
    if (next.size === 0)
      findings.problem(path, '"next" has no routes', 'Add a route, such as "default": "end".');
    return;
  }
  const values = routes.kind === "closed" ? routes.values : [];
  const explicit = routes.kind === "closed" ? (routes.explicit ?? []) : [];
  for (const value of values) {
    if (next.has(value)) continue;
    if (explicit.includes(value)) {
      findings.problem(
        [...path, value],
        `"${value}" has no route`,
        `Add "${value}" to "next": the default does not serve it.`,
      );
    } else if (!next.has(DEFAULT_ROUTE)) {
      findings.problem(
        [...path, value],
        `"${value}" has no route`,
        `Add "${value}" or "default" to "next".`,
      );
    }
  }
  if (routes.kind === "none" && !next.has(DEFAULT_ROUTE)) {
    findings.problem(
      [...path, DEFAULT_ROUTE],
      '"default" has no route',
      `Add it: a step of type ${step.type.kind} always goes on by "default".`,
    );
  }
  for (const key of next.keys()) {
    if (key === DEFAULT_ROUTE || values.includes(key)) continue;
    const can =
      values.length === 0
        ? `A step of type ${step.type.kind} goes on by "default".`
        : `The step gives ${values.slice(0, MAX_NAMED).join(", ")}.`;
    findings.warn(
      [...path, key],
      `the route "${key.slice(0, 60)}" can never be taken`,
      `${can}${didYouMean(key, values)}`,
    );
  }
}

function checkSkip(step: DraftStep, findings: Findings): void {
  if (step.source["onFailure"] !== "skip" || normalizeNext(step).has(DEFAULT_ROUTE)) return;
  findings.problem(
    [...step.path, "next", DEFAULT_ROUTE],
    '"onFailure": "skip" goes on by "default", and there is no such route',
    'Add "default" to "next".',
  );
}
