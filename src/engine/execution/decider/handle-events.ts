import { isJsonObject } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import type { ExecutionEvent, NamedEvent } from "../../model/events.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../../model/state.ts";
import { consumedKey } from "../../model/step-path.ts";
import type { Signal } from "../../ports/executions.ts";
import { completeStep } from "./complete-step.ts";
import { executionScope } from "./execution-scope.ts";

/**
 * Says which events follow from a named event: the waits that it ends; none if no step waits for
 * it.
 */
export function handleEvent(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  { id: signalId, payload }: Signal,
  now: number,
): readonly ExecutionEvent[] {
  const event = parseEvent(payload);
  if (!event || state.cancel) return [];
  return [...state.activeSteps.values()].flatMap((activeStep) =>
    wakeByEvent(workflow, state, activeStep, { event, signalId }, now),
  );
}

/** Says which events follow for one step: its end, if it waits for this event. */
export function wakeByEvent(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  { event, signalId }: { readonly event: NamedEvent; readonly signalId?: string },
  now: number,
): readonly ExecutionEvent[] {
  if (!isAwaited(state, activeStep, event)) return [];
  const { path } = activeStep;
  const step = stepAt(workflow, path);
  const frame = state.frames.get(activeStep.frame);
  const output =
    frame && step.program.take?.(executionScope(state, frame, activeStep.key), event, now);
  if (output === undefined || output === null) return [];
  const { id: eventId, name } = event;
  return [
    omitUndefined({ type: "event_received" as const, path, eventId, name, signalId, at: now }),
    ...completeStep(step, path, output, { costNano: 0 }, now),
  ];
}

function isAwaited(
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  event: NamedEvent,
): boolean {
  if (activeStep.waitingOn !== "event" || activeStep.event !== event.name) return false;
  // What comes after the time-out is late even if the timer was not seen yet.
  if (activeStep.due !== null && event.at >= activeStep.due) return false;
  // The event that started the run is not the one that it waits for.
  if (event.id === state.start.trigger.event) return false;
  return !state.consumed.has(consumedKey(activeStep.path, event.id));
}

/** An event as the signal that brings it to an execution. */
export function toEventSignal(event: NamedEvent, executionId: string, at: number): Signal {
  const { id: eventId, name, at: happenedAt, payload } = event;
  return {
    id: `event:${eventId}:${executionId}`,
    executionId,
    kind: "event",
    payload: { eventId, name, at: happenedAt, payload },
    at,
  };
}

function parseEvent({ eventId, name, at, payload }: Signal["payload"]): NamedEvent | null {
  if (typeof eventId !== "string" || typeof name !== "string" || typeof at !== "number")
    return null;
  return isJsonObject(payload) ? { id: eventId, name, at, payload } : null;
}
