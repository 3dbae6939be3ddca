import { counted } from "../../../shared/counted.ts";
import { asAppError } from "../../../shared/errors.ts";
import { hashJson } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { type CompiledStep, type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import type { Entry } from "../../definition/step-type.ts";
import type {
  ExecutionEvent,
  FramesOpened,
  StepError,
  StepStarted,
  StepWaiting,
} from "../../model/events.ts";
import type { ReadonlyFrame, ReadonlyState } from "../../model/state.ts";
import { stepPath } from "../../model/step-path.ts";
import { completeStep, endStepWithError } from "./complete-step.ts";
import { admit, askForBudget, type NextEvents } from "./cost-cap.ts";
import { enterContext } from "./enter-context.ts";
import { checkItemsFit } from "./items-limit.ts";
import { holdBack } from "./renew-decision.ts";
import { eventFault, runFault, variablesFault } from "./size-limits.ts";

/** The events that follow when a body comes to a step. */
export function enterStep(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  stepId: string,
  now: number,
): NextEvents {
  const { maxSteps } = workflow.definition.limits;
  if (state.entered - state.enteredBefore >= maxSteps) {
    const message = `The run has executed ${counted(maxSteps, "step")}, the most that limits.maxSteps allows, and was about to enter "${stepId}". If the loop is meant, raise limits.maxSteps.`;
    return [failExecution(now, "limit_exceeded", message)];
  }
  const fault = runFault(stepId, state) ?? variablesFault(stepId, frame);
  if (fault) return [failExecution(now, fault.code, fault.message)];
  const { path, attempt } = entryPlace(workflow, state, frame, stepId, now);
  const step = stepAt(workflow, path);
  try {
    const entry = step.program.enter(enterContext(workflow, state, frame, path, now));
    if (entry.kind === "complete")
      return completeStep(step, path, entry.output, { costNano: 0 }, now);
    if (entry.kind === "open") return [opened(step, path, entry, now)];
    if (entry.kind === "each") checkItemsFit(workflow, state, step, entry.items.length);
    const event = entered(stepId, { path, attempt }, entry, now);
    const oversize = eventFault(stepId, event);
    if (oversize) return endStepWithError(step, path, oversize, { costNano: 0 }, now);
    if (event.type !== "step_started") return [event];
    const heldBack = holdBack(workflow, state, frame, path, now);
    return heldBack ? [heldBack] : begin(workflow, state, event, now);
  } catch (thrown) {
    const { code, message, retryable } = asAppError(thrown);
    return endStepWithError(step, path, { code, message, retryable }, { costNano: 0 }, now);
  }
}

/**
 * Begins an attempt if its worst price fits under the cap. If not, it waits: for what is under way,
 * where that may leave room, else for the owner.
 */
export function begin(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  start: StepStarted,
  now: number,
): NextEvents {
  const wanted = { ...start, reserveNano: start.reservedNano ?? 0 };
  switch (admit(workflow, state, wanted)) {
    case "now":
      return [start];
    case "later":
      return "blocked";
    case "none":
      return [askForBudget(workflow, state, wanted, now)];
  }
}

/** The path under which a body comes to a step, and the number of the attempt. */
export interface EntryPlace {
  readonly path: string;
  readonly attempt: number;
}

/**
 * A new entry; but a step that failed or was given up, and that a person retries, continues under
 * its key if it would do exactly the same: a service that has seen that key recognizes it.
 */
export function entryPlace(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
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
    // It will fail in the same way under the new key, and the failure is recorded there.
  }
  return { path, attempt: 1 };
}

/** The event that ends the whole execution with an error. */
export function failExecution(
  at: number,
  code: StepError["code"],
  message: string,
): ExecutionEvent {
  return { type: "execution_failed", error: { code, message, retryable: false }, at };
}

function entered(
  stepId: string,
  { path, attempt }: EntryPlace,
  entry: EntryOf<"each" | "wait" | "run">,
  now: number,
): FramesOpened | StepWaiting | StepStarted {
  if (entry.kind === "each") return openedItems(stepId, path, entry, now);
  if (entry.kind === "wait") return waiting(stepId, path, entry, now);
  return started(stepId, path, attempt, entry, now);
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
    ...omitUndefined({ due, request, event }),
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
    return omitUndefined({ id, first: body.first, due });
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
