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

/** `["steps", 2, "next"]` as `steps[2].next`; names that are no identifiers are quoted: `next["a b"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(String(part)))
      text += `${text ? "." : ""}${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text;
}

export interface ValidationResult {
  /** `null` when there are problems. */
  readonly definition: Definition | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}
