import { formatPath, type Problem } from "./problem.ts";

/** More are counted, not listed: nobody reads them, and answers stay small. */
const MAX_LISTED = 200;

/** Collects what is wrong with a definition, each thing once. */
export class ProblemCollector {
  readonly #problems = new Map<string, Problem>();
  readonly #warnings = new Map<string, Problem>();
  readonly #places = new Set<string>();

  /** What keeps the definition from being deployed. */
  problem(path: readonly PropertyKey[], message: string, fix: string): void {
    const place = formatPath(path);
    this.#places.add(place);
    add(this.#problems, { path: place, message, fix });
  }

  /** What may be meant, but often is not. */
  warn(path: readonly PropertyKey[], message: string, fix: string): void {
    add(this.#warnings, { path: formatPath(path), message, fix });
  }

  /** True when a problem was found at exactly this place. */
  hasProblemAt(path: readonly PropertyKey[]): boolean {
    return this.#places.has(formatPath(path));
  }

  get problems(): readonly Problem[] {
    return listed(this.#problems);
  }

  get warnings(): readonly Problem[] {
    return listed(this.#warnings);
  }
}

/** What errors say of themselves ends with a period, what checks say does not: whoever shows problems adds it. */
function add(found: Map<string, Problem>, { path, message, fix }: Problem): void {
  const problem = { path, message: message.replace(/\.$/, ""), fix };
  const key = JSON.stringify([path, problem.message]);
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
