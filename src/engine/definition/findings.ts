import { formatPath, type Problem } from "./problem.ts";

/** More are counted, not listed: nobody reads them, and answers stay small. */
const MAX_LISTED = 200;

/** Collects what is wrong with a definition, each thing once. */
export class Findings {
  readonly #problems = new Map<string, Problem>();
  readonly #warnings = new Map<string, Problem>();

  /** What keeps the definition from being deployed. */
  problem(path: readonly PropertyKey[], message: string, fix: string): void {
    add(this.#problems, { path: formatPath(path), message, fix });
  }

  /** What may be meant, but often is not. */
  warn(path: readonly PropertyKey[], message: string, fix: string): void {
    add(this.#warnings, { path: formatPath(path), message, fix });
  }

  /** True when a problem was found at exactly this place. */
  hasProblemAt(path: readonly PropertyKey[]): boolean {
    const place = formatPath(path);
    return [...this.#problems.values()].some((problem) => problem.path === place);
  }

  get problems(): readonly Problem[] {
    return listed(this.#problems);
  }

  get warnings(): readonly Problem[] {
    return listed(this.#warnings);
  }
}

function add(found: Map<string, Problem>, problem: Problem): void {
  const key = JSON.stringify([problem.path, problem.message]);
  if (!found.has(key)) found.set(key, problem);
}

function listed(found: ReadonlyMap<string, Problem>): readonly Problem[] {
  const all = [...found.values()];
  if (all.length <= MAX_LISTED) return all;
  const rest = all.length - MAX_LISTED;
  return [
    ...all.slice(0, MAX_LISTED),
    { path: "", message: `there are ${rest} more`, fix: "Correct those that are listed first." },
  ];
}
