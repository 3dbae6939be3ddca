import { type CompiledBody, type CompiledWorkflow, findStep } from "../../definition/compile.ts";
import { routesBack } from "../../definition/graph.ts";
import { EACH } from "../../definition/step-type.ts";
import type { ItemPlace, ReturnRounds } from "../../model/requests.ts";
import { type ReadonlyFrame, type ReadonlyState, ROOT } from "../../model/state.ts";
import { framePath, lastSegment, stepIdOf } from "../../model/step-path.ts";
import { approvalPathOf } from "./decided-requests.ts";

/** The items that a body belongs to, the outermost first. */
export function itemsAround(state: ReadonlyState, frame: ReadonlyFrame): readonly ItemPlace[] {
  const places: ItemPlace[] = [];
  for (let { path } = frame; path !== ROOT; path = framePath(framePath(path))) {
    const values = state.activeSteps.get(framePath(path))?.items?.values;
    const index = Number(lastSegment(path));
    if (values) places.unshift({ index, total: values.length, value: values[index] ?? null });
  }
  return places;
}

/** Which routes of a step lead back to it whatever happens, and how often its requests took one of them. */
export function roundsSoFar(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  stepId: string,
): Omit<ReturnRounds, "max"> {
  const steps = [...(bodyAt(workflow, frame.path)?.steps.values() ?? [])];
  const choices = routesBack(
    steps.map(({ definition: { id }, routes, program }) => ({
      id,
      ...(routes.size > 0 && { next: Object.fromEntries(routes) }),
      alsoNext: (program.alsoNext ?? []).map((also) => also.stepId),
    })),
    stepId,
  );
  const taken = [...state.requests.values()].filter((request) => {
    // A step may have asked again in its place.
    const path = approvalPathOf(request);
    const isOwn = framePath(path) === frame.path && stepIdOf(path) === stepId;
    return isOwn && choices.includes(request.outcome?.decision ?? "");
  });
  return { choices, taken: taken.length };
}

function bodyAt(workflow: CompiledWorkflow, path: string): CompiledBody | undefined {
  if (path === ROOT) return workflow;
  const bodies = findStep(workflow, framePath(path))?.bodies;
  return bodies?.get(lastSegment(path)) ?? bodies?.get(EACH);
}
