import type { Json } from "../../json.ts";
import { isJsonObject, readOwn } from "../../json.ts";
import type { Scope } from "../scope.ts";
import { type ExecutionState, type Frame, NANO_PER_DOLLAR } from "./state.ts";

/**
 * What a step of `frame` may read. Live views on the state: nothing is copied, so entering a step costs the same at step 5
 * and at step 500.
 *
 * @param key - the idempotency key of the step that reads.
 */
export function executionScope(state: ExecutionState, frame: Frame, key: string): Scope {
  const { start } = state;
  const roots = {
    variables: state.variables,
    stepResults: frame.results,
    execution: {
      id: start.executionId,
      workflowId: start.workflowId,
      workflowName: start.workflowName,
      version: start.version,
      startedAt: new Date(start.at).toISOString(),
      startedBy: start.trigger.userId ?? null,
      idempotencyKey: key,
    },
    trigger: start.trigger,
    executionId: start.executionId,
    workflowId: start.workflowId,
    costAccumulator: state.spentNano / NANO_PER_DOLLAR,
  };
  return { roots, read: (path) => readPath(roots, path) };
}

function readPath(root: unknown, path: readonly string[]): Json | undefined {
  let value: unknown = root;
  for (const name of path) value = readOwn(value, name);
  return isJson(value) ? value : undefined;
}

/** All leaves of the state are JSON already; only `undefined` must be told apart. */
function isJson(value: unknown): value is Json {
  return (
    value === null || isJsonObject(value) || Array.isArray(value) || typeof value !== "undefined"
  );
}
