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
  const ids = [...new Set(steps.map((step) => step.id))];
  const places = new Map(ids.map((id, place) => [id, place]));
  const successors: (readonly number[])[] = ids.map(() => []);
  const last: string[] = [];
  for (const step of steps) {
    const targets = new Set(normalizeNext(step).values());
    if (targets.has(END)) last.push(step.id);
    if (step.fallbackStep !== undefined) targets.add(step.fallbackStep);
    for (const id of step.alsoNext ?? []) targets.add(id);
    const known = [...targets].map((target) => places.get(target));
    successors[places.get(step.id) ?? 0] = known.filter((place) => place !== undefined);
  }
  const first = ids.length === 0 ? [] : [0];
  const reachable = reach(first, successors);
  const after = memoize((place) => reach(successors[place] ?? [], successors));
  const without = memoize((place) => reach(first, successors, place));
  const at = (id: string): number => places.get(id) ?? -1;
  return {
    ids,
    last,
    isReachable: (id) => reachable[at(id)] === 1,
    canPrecede: (earlier, id) => reachable[at(earlier)] === 1 && after(at(earlier))[at(id)] === 1,
    mustPrecede: (earlier, id) =>
      earlier !== id && reachable[at(id)] === 1 && without(at(earlier))[at(id)] !== 1,
  };
}

/**
 * The routing keys of a step from which every way leads to it again before its body ends; failures
 * left aside. Text for review that is sent back is such a way, a loop with an exit is none.
 */
export function routesBack(steps: readonly GraphStep[], id: string): readonly string[] {
  const own = steps.find((step) => step.id === id);
  if (own === undefined) return [];
  const successors = new Map(
    steps.map((step) => [step.id, [...normalizeNext(step).values(), ...(step.alsoNext ?? [])]]),
  );
  const isBack = (target: string): boolean => {
    const seen = new Set<string>();
    const open = [target];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      if (at !== id) open.push(...(successors.get(at) ?? []));
    }
    return seen.has(id) && !seen.has(END);
  };
  return [...normalizeNext(own)].filter(([, target]) => isBack(target)).map(([key]) => key);
}

/**
 * Marks the steps that can be entered from some on, these included, without entering `avoided`. Steps are numbers here: with a thousand of
 * them this is done two thousand times.
 */
function reach(
  from: readonly number[],
  successors: readonly (readonly number[])[],
  avoided = -1,
): Uint8Array {
  const seen = new Uint8Array(successors.length);
  const open = [...from];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (seen[place] === 1 || place === avoided) continue;
    seen[place] = 1;
    for (const next of successors[place] ?? []) open.push(next);
  }
  return seen;
}

function memoize<Value>(compute: (place: number) => Value): (place: number) => Value {
  const known = new Map<number, Value>();
  return (place) => {
    const value = known.get(place) ?? compute(place);
    known.set(place, value);
    return value;
  };
}
