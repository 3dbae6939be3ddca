import { omitUndefined } from "../../../shared/omit-undefined.ts";
import type { CompiledWorkflow } from "../../definition/compile.ts";
import type { EnterContext } from "../../definition/step-type.ts";
import type { ReadonlyFrame, ReadonlyState } from "../../model/state.ts";
import { stepIdOf } from "../../model/step-path.ts";
import { answerableFor, decidersOf } from "./answerable.ts";
import { executionScope } from "./execution-scope.ts";
import { itemsAround, roundsSoFar } from "./request-place.ts";
import { sealOf } from "./seal.ts";

/** What the step at this path is given when it is entered. */
export function enterContext(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  path: string,
  now: number,
): EnterContext {
  const key = `${state.start.executionId}/${path}`;
  const { salt, trigger } = state.start;
  const { prompts } = workflow;
  return {
    scope: executionScope(state, frame, key),
    key,
    now,
    startedBy: trigger.userId ?? null,
    people: {
      answerable: () => answerableFor(state),
      decidersOf: (stepId) => decidersOf(state, path, stepId),
    },
    items: itemsAround(state, frame),
    rounds: () => roundsSoFar(workflow, state, frame, stepIdOf(path)),
    seal: () => sealOf(workflow, state, { approval: path, frame }),
    ...omitUndefined({ salt, prompts }),
  };
}
