/** The route that ends the body. */
export const END = "end";
/** The route for every output that has none of its own. */
export const DEFAULT_ROUTE = "default";

/** What the graph needs to know of a step. */
export interface GraphStep {
  readonly id: string;
  readonly next?: string | Readonly<Record<string, string>> | undefined;
  readonly fallbackStep?: string | undefined;
  /** Further steps that can follow the step. */
  readonly alsoNext?: readonly string[];
}

/** Which steps can follow which. Routes to steps that do not exist are left out. */
export interface Graph {
  /** Step ids in the order of the definition. */
  readonly ids: readonly string[];
  /** True when some run can come to the step. */
  isReachable(id: string): boolean;
  /** True when, in some run, `earlier` was entered before `id` is. In a cycle a step can come before itself. */
  canPrecede(earlier: string, id: string): boolean;
  /** True when `earlier` was entered before `id` in every run that comes to `id`. False for steps that nothing reaches. */
  mustPrecede(earlier: string, id: string): boolean;
  /** The steps after which the run can end. */
  readonly last: readonly string[];
}

/** The routes of a step: a string `next` is the default, none is the end of the body. Any name is safe as a key. */
export function normalizeNext(step: Pick<GraphStep, "next">): ReadonlyMap<string, string> {
  if (step.next === undefined) return new Map([[DEFAULT_ROUTE, END]]);
  if (typeof step.next === "string") return new Map([[DEFAULT_ROUTE, step.next]]);
  return new Map(Object.entries(step.next));
}

/**
 * The name of the route that serves a value: this very text, or else the same one in another Unicode form, since an accent
 * that follows its letter is written like one within it. `undefined` if none does.
 */
export function findRoute(routes: ReadonlyMap<string, string>, value: string): string | undefined {
  if (routes.has(value)) return value;
  const composed = value.normalize("NFC");
  return [...routes.keys()].find((name) => name.normalize("NFC") === composed);
}

/** Analyses the steps of one body; the first one is entered first. */
export function analyzeGraph(steps: readonly GraphStep[]): Graph {
  const known = new Set(steps.map((step) => step.id));
  const ids = [...known];
  const successors = new Map<string, readonly string[]>();
  const last: string[] = [];
  for (const step of steps) {
    const targets = new Set(normalizeNext(step).values());
    if (targets.has(END)) last.push(step.id);
    if (step.fallbackStep !== undefined) targets.add(step.fallbackStep);
    for (const id of step.alsoNext ?? []) targets.add(id);
    successors.set(
      step.id,
      [...targets].filter((target) => known.has(target)),
    );
  }
  const first = ids[0];
  const reachable =
    first === undefined ? new Set<string>() : new Set([first, ...reach(first, successors)]);
  const after = memoize((id: string) => reach(id, successors));
  const without = memoize((id: string) =>
    first === undefined ? new Set<string>() : reachAvoiding(first, id, successors),
  );
  return {
    ids,
    last,
    isReachable: (id) => reachable.has(id),
    canPrecede: (earlier, id) => reachable.has(earlier) && after(earlier).has(id),
    mustPrecede: (earlier, id) => earlier !== id && reachable.has(id) && !without(earlier).has(id),
  };
}

/**
 * The routing keys of a step from which every way leads to it again before its body ends; failures
 * left aside. Text for review that is sent back is such a way, a loop with an exit is none.
 */
export function routesBack(steps: readonly GraphStep[], id: string): readonly string[] {
  const successors = new Map(
    steps.map((step) => [step.id, [...normalizeNext(step).values(), ...(step.alsoNext ?? [])]]),
  );
  const own = steps.find((step) => step.id === id);
  if (own === undefined) return [];
  const isBack = (target: string): boolean => {
    const around = new Map(successors).set(id, []);
    const seen = new Set([target, ...reach(target, around)]);
    return seen.has(id) && !seen.has(END);
  };
  return [...normalizeNext(own)].filter(([, target]) => isBack(target)).map(([key]) => key);
}

/** All steps that can follow a step, itself only through a cycle. */
function reach(from: string, successors: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set<string>();
  const open = [...(successors.get(from) ?? [])];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(successors.get(id) ?? []));
  }
  return seen;
}

/** All steps that can be entered, from the first on, without having entered `avoided`. */
function reachAvoiding(
  first: string,
  avoided: string,
  successors: ReadonlyMap<string, readonly string[]>,
): Set<string> {
  if (first === avoided) return new Set();
  const open = new Map(successors);
  open.set(avoided, []);
  const seen = reach(first, open);
  seen.delete(avoided);
  return seen.add(first);
}

function memoize<Value>(compute: (id: string) => Value): (id: string) => Value {
  const known = new Map<string, Value>();
  return (id) => {
    const value = known.get(id);
    if (value !== undefined) return value;
    const computed = compute(id);
    known.set(id, computed);
    return computed;
  };
}
