import { AppError } from "../../shared/errors.ts";
import type { ExecutionEvent } from "../model/events.ts";
import type { ExecutionState } from "../model/state.ts";
import type { ChildEffectsOptions } from "./child-effects.ts";

/**
 * A decision releases one run of a step that starts a workflow: once the step is done anew, the former
 * run is not continued beside the new one.
 *
 * @throws {AppError} `not_allowed` when the execution, or one that led to it, was released so and has
 *   been replaced.
 */
export async function assertNotReplaced(
  { start: { executionId, parent } }: Pick<ExecutionState, "start">,
  options: ChildEffectsOptions,
): Promise<void> {
  if (parent?.released !== true) return;
  const commits = await options.log(parent.executionId);
  const events = commits.flatMap((commit) => commit.events);
  if (isReplaced(events, executionId, parent)) {
    throw new AppError({
      code: "not_allowed",
      message: `Run ${executionId} was released by a decision in run ${parent.executionId}, which has been retried since, and starts the workflow anew itself: to continue this one as well could do the same twice. Retry run ${parent.executionId} instead.`,
      details: { executionId: parent.executionId },
    });
  }
  const { state } = await options.load(parent.executionId);
  await assertNotReplaced(state, options);
}

function isReplaced(
  events: readonly ExecutionEvent[],
  childId: string,
  { path, waits }: NonNullable<ExecutionState["start"]["parent"]>,
): boolean {
  const begun = events.findIndex(
    (event) => event.type === "child_started" && event.childId === childId,
  );
  const reopened = events.findIndex(
    (event, index) => index > begun && event.type === "execution_reopened",
  );
  if (begun === -1 || reopened === -1) return false;
  // The step that waited has heard of its end; one that did not may have been left as it is.
  return (
    waits ||
    events
      .slice(reopened)
      .some((event) => event.type === "child_started" && placeOf(event.path) === placeOf(path))
  );
}

function placeOf(path: string): string {
  return path.replaceAll(/#\d+/g, "");
}
