import { formatPath } from "../../shared/format-path.ts";
import type { Definition } from "./schema.ts";

/** One thing wrong with a definition or with the inputs of a run, for people. */
export interface Problem {
  /** Where, in the document's own terms: `steps[2].next.approve`. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}

export interface ValidationResult {
  /** `null` when there are problems. */
  readonly definition: Definition | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** More are counted, not listed: too many to read, and responses stay small. */
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

/** What errors say of themselves ends with a period, what checks say does not: code that shows problems adds it. */
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
