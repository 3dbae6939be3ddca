import type { Json } from "../../json.ts";
import { readOwn } from "../../json.ts";
import type { Scope } from "../scope.ts";
import { framePath } from "./path.ts";
import { type ExecutionState, type Frame, NANO_PER_DOLLAR, ROOT } from "./state.ts";

/**
 * What a step of `frame` may read. At the root these are live views on the state: nothing is copied, so entering a step
 * costs the same at step 5 and at step 500. In a branch names resolve from the innermost body outward.
 *
 * @param key - the idempotency key of the step that reads.
 */
export function executionScope(state: ExecutionState, frame: Frame, key: string): Scope {
  const { start } = state;
  const roots = {
    variables: visible(state, frame, (body) => body.locals),
    stepResults: visible(state, frame, (body) => body.results),
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

/** The names of a body and of all bodies around it; inner ones hide outer ones. */
function visible<T>(
  state: ExecutionState,
  frame: Frame,
  namesOf: (body: Frame) => Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  if (frame.path === ROOT) return namesOf(frame);
  // The body around a branch is the one that holds the step that opened it.
  const outer = state.frames.get(framePath(framePath(frame.path)));
  const names: Record<string, T> = Object.create(null);
  return Object.assign(names, outer && visible(state, outer, namesOf), namesOf(frame));
}

function readPath(root: unknown, path: readonly string[]): Json | undefined {
  let value: unknown = root;
  for (const name of path) value = readOwn(value, name);
  return isPresent(value) ? value : undefined;
}

/** All leaves of the state are JSON already; only what is missing must be told apart. */
function isPresent(value: unknown): value is Json {
  return value !== undefined;
}
