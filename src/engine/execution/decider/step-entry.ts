import { hashJson } from "../../../shared/json.ts";
import { type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import type { EnterContext } from "../../definition/step-type.ts";
import type { ExecutionState, Frame } from "../../model/state.ts";
import { stepPath } from "../../model/step-path.ts";
import { executionScope } from "./execution-scope.ts";

/** The path under which a body comes to a step, and the number of the attempt. */
export interface EntryPlace {
  readonly path: string;
  readonly attempt: number;
}

/**
 * A new entry; but a step that failed or was given up, and that a person has done again, goes on under its key if it would do
 * exactly the same: whoever has seen that key recognizes it.
 */
export function entryPlace(
  workflow: CompiledWorkflow,
  state: ExecutionState,
  frame: Frame,
  stepId: string,
  now: number,
): EntryPlace {
  const path = stepPath(frame.path, stepId, (frame.entries.get(stepId) ?? 0) + 1);
  const { again } = frame;
  if (again?.stepId !== stepId || again.paramsHash === "") return { path, attempt: 1 };
  try {
    const { program } = stepAt(workflow, again.path);
    const entry = program.enter(enterContext(workflow, state, frame, again.path, now));
    if (entry.kind === "run" && hashJson(entry.params) === again.paramsHash)
      return { path: again.path, attempt: again.attempt + 1 };
  } catch {
    // It will fail in the same way under the new key, and be told there.
  }
  return { path, attempt: 1 };
}

/** What the step at this path is given when it is entered. */
export function enterContext(
  { prompts }: CompiledWorkflow,
  state: ExecutionState,
  frame: Frame,
  path: string,
  now: number,
): EnterContext {
  const key = `${state.start.executionId}/${path}`;
  const { salt, trigger } = state.start;
  return {
    scope: executionScope(state, frame, key),
    key,
    now,
    startedBy: trigger.userId ?? null,
    ...(salt !== undefined && { salt }),
    ...(prompts && { prompts }),
  };
}
