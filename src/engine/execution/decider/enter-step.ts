import { asAppError } from "../../../shared/errors.ts";
import { hashJson } from "../../../shared/json.ts";
import { type CompiledStep, type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import type { Entry } from "../../definition/step-type.ts";
import type { ExecutionEvent, StepError, StepStarted, StepWaiting } from "../../model/events.ts";
import type { FramesOpened } from "../../model/frame-events.ts";
import type { ExecutionState, Frame } from "../../model/state.ts";
import { framePath } from "../../model/step-path.ts";
import { completeStep, endStepWithError } from "./complete-step.ts";
import { admit, askForBudget } from "./cost-cap.ts";
import { variablesFault } from "./size-limits.ts";
import { enterContext, entryPlace } from "./step-entry.ts";

/** The facts that follow when a body comes to a step. Pure. */
export function enterStep(
  workflow: CompiledWorkflow,
  state: ExecutionState,
  frame: Frame,
  stepId: string,
  now: number,
): readonly ExecutionEvent[] {
  const { maxSteps } = workflow.definition.limits;
  if (state.entered - state.enteredBefore >= maxSteps) {
    const message = `The run has executed ${maxSteps} steps, the most that limits.maxSteps allows, and was about to enter "${stepId}". If the loop is meant, raise limits.maxSteps.`;
    return [failExecution(now, "limit_exceeded", message)];
  }
  const tooMuch = variablesFault(stepId, frame);
  if (tooMuch) return [failExecution(now, tooMuch.code, tooMuch.message)];
  const { path, attempt } = entryPlace(workflow, state, frame, stepId, now);
  const step = stepAt(workflow, path);
  try {
    const entry = step.program.enter(enterContext(workflow, state, frame, path, now));
    if (entry.kind === "complete")
      return completeStep(step, path, entry.output, { costNano: 0 }, now);
    if (entry.kind === "open") return [opened(step, path, entry, now)];
    if (entry.kind === "each") return [openedItems(stepId, path, entry, now)];
    if (entry.kind === "wait") return [waiting(stepId, path, entry, now)];
    return begin(workflow, state, started(stepId, path, attempt, entry, now), now);
  } catch (thrown) {
    const { code, message, retryable } = asAppError(thrown);
    return endStepWithError(step, path, { code, message, retryable }, { costNano: 0 }, now);
  }
}

/**
 * Begins an attempt if its worst price fits under the cap. If not, it waits: for what is under way, where that may leave room, else
 * for the owner.
 *
 * @returns nothing as long as it waits for what is under way.
 */
export function begin(
  workflow: CompiledWorkflow,
  state: ExecutionState,
  start: StepStarted,
  now: number,
): readonly ExecutionEvent[] {
  const wanted = { ...start, reserveNano: start.reservedNano ?? 0 };
  switch (admit(workflow, state, wanted)) {
    case "now":
      return [start];
    case "later":
      state.worklist.block(state.activeSteps.has(start.path) ? start.path : framePath(start.path));
      return [];
    case "none":
      return [askForBudget(workflow, state, wanted, now)];
  }
}

/** The event that ends the whole execution with an error. */
export function failExecution(
  at: number,
  code: StepError["code"],
  message: string,
): ExecutionEvent {
  return { type: "execution_failed", error: { code, message, retryable: false }, at };
}

type EntryOf<Kind> = Extract<Entry, { readonly kind: Kind }>;

function started(
  stepId: string,
  path: string,
  attempt: number,
  entry: EntryOf<"run">,
  at: number,
): StepStarted {
  const { params, reserveNano = 0 } = entry;
  return {
    type: "step_started",
    path,
    stepId,
    attempt,
    params,
    paramsHash: hashJson(params),
    ...(reserveNano > 0 && { reservedNano: reserveNano }),
    at,
  };
}

function waiting(stepId: string, path: string, entry: EntryOf<"wait">, at: number): StepWaiting {
  const { on, due, request, event } = entry;
  return {
    type: "step_waiting",
    path,
    stepId,
    on,
    ...(due !== undefined && { due }),
    ...(request && { request }),
    ...(event !== undefined && { event }),
    at,
  };
}

function opened(
  step: CompiledStep,
  path: string,
  entry: EntryOf<"open">,
  at: number,
): FramesOpened {
  const frames = entry.frames.map(({ id, due }) => {
    const body = step.bodies.get(id);
    if (!body) throw new Error(`Step "${step.definition.id}" has no body "${id}".`);
    return { id, first: body.first, ...(due !== undefined && { due }) };
  });
  return { type: "frames_opened", path, stepId: step.definition.id, frames, at };
}

/** The bodies follow one by one: `nextItems` says how many at a time. */
function openedItems(
  stepId: string,
  path: string,
  { items, as }: EntryOf<"each">,
  at: number,
): FramesOpened {
  return { type: "frames_opened", path, stepId, frames: [], items, as, at };
}
