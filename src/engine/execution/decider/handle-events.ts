import { isJsonObject } from "../../../shared/json.ts";
import type { CompiledWorkflow } from "../../definition/compile.ts";
import { stepAt } from "../../definition/compile.ts";
import type { ExecutionEvent, NamedEvent } from "../../model/events.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../../model/state.ts";
import { consumedKey } from "../../model/step-path.ts";
import type { Signal } from "../../ports/executions.ts";
import { completeStep } from "./complete-step.ts";
import { executionScope } from "./execution-scope.ts";

/** Says which facts follow from a named event: the waits that it ends. Pure; nothing for one that nobody waits for. */
export function handleEvent(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  { id: signalId, payload }: Signal,
  now: number,
): readonly ExecutionEvent[] {
  const event = parseEvent(payload);
  if (!event || state.cancel) return [];
  return [...state.activeSteps.values()].flatMap((act) =>
    wakeByEvent(workflow, state, act, { event, signalId }, now),
  );
}

/** Says which facts follow for one step: its end, if it waits for this event. Pure. */
export function wakeByEvent(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  act: ReadonlyActiveStep,
  { event, signalId }: { readonly event: NamedEvent; readonly signalId?: string },
  now: number,
): readonly ExecutionEvent[] {
  if (!isMeant(state, act, event)) return [];
  const { path } = act;
  const step = stepAt(workflow, path);
  const frame = state.frames.get(act.frame);
  const output = frame && step.program.take?.(executionScope(state, frame, act.key), event, now);
  if (output === undefined || output === null) return [];
  const { id: eventId, name } = event;
  const told = signalId !== undefined && { signalId };
  return [
    { type: "event_received", path, eventId, name, ...told, at: now },
    ...completeStep(step, path, output, { costNano: 0 }, now),
  ];
}

function isMeant(state: ReadonlyState, act: ReadonlyActiveStep, event: NamedEvent): boolean {
  if (act.waitingOn !== "event" || act.event !== event.name) return false;
  // What comes after the time-out is late even if the timer was not seen yet.
  if (act.due !== null && event.at >= act.due) return false;
  // The event that started the run is not the one that it waits for.
  if (event.id === state.start.trigger.event) return false;
  return !state.consumed.has(consumedKey(act.path, event.id));
}

/** An event as the signal that tells an execution of it. */
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
