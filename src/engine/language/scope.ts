import type { Json } from "../../shared/json.ts";
import type { LinkKind } from "../../shared/places/place.ts";

/** What templates and expressions of a step may read. */
export interface Scope {
  /** The value at a path like `["stepResults", "classify", "output"]`; `undefined` where nothing is. Own properties only. */
  read(path: readonly string[]): Json | undefined;
  /** The roots by name (`variables`, `stepResults`, `execution`, `trigger`, …) for expressions. Live objects: not to be changed. */
  readonly roots: Readonly<Record<string, unknown>>;
  /** Whether what is read at a path stands for a value that is not known yet. Absent: everything is known. */
  isOpen?(path: readonly string[]): boolean;
  /** As what the definition wants the value at a path shown in messages. Absent: everything is text. */
  linkAt?(path: readonly string[]): LinkKind | undefined;
}

/** A scope with one more root. */
export function withRoot(scope: Scope, name: string, value: Json): Scope {
  // Roots may be computed when they are read.
  const roots: Record<string, unknown> = Object.create(null, {
    ...Object.getOwnPropertyDescriptors(scope.roots),
    [name]: { value, enumerable: true },
  });
  return {
    roots,
    read: ([root, ...path]) => {
      if (root === undefined || root !== name)
        return scope.read(root === undefined ? [] : [root, ...path]);
      let found: Json | undefined = value;
      for (const part of path) found = member(found, part);
      return found;
    },
  };
}

function member(holder: Json | undefined, name: string): Json | undefined {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, name))
    return undefined;
  const value: Json | undefined = Reflect.get(holder, name);
  return value;
}

/** Names that may begin a path. `secrets` resolves inside a service call only. */
export const SCOPE_ROOTS = [
  "variables",
  "stepResults",
  "execution",
  "trigger",
  "executionId",
  "workflowId",
  "costAccumulator",
] as const;

/** What `execution` holds for a step. */
export const EXECUTION_FIELDS = [
  "id",
  "workflowId",
  "workflowName",
  "version",
  "startedAt",
  "startedBy",
  "idempotencyKey",
] as const;

/** What `stepResults.<id>` holds, besides the alias that `outputVariable` makes. */
export const STEP_RESULT_FIELDS = [
  "output",
  "status",
  "error",
  "cost",
  "tokenUsage",
  "rawOutput",
  "reason",
  "confidence",
  "attempts",
  "nextStep",
  "startedAt",
  "completedAt",
  "durationMs",
  "stepId",
] as const;
