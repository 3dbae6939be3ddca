import { emptyRecord, type Json } from "../../json.ts";
import { drop } from "./apply-money.ts";
import { closeRequest } from "./apply-requests.ts";
import { enter } from "./enter.ts";
import type { FrameClosed, FramesOpened } from "./events.ts";
import { impossible } from "./impossible.ts";
import { isWithin } from "./path.ts";
import { type Act, type ExecutionState, type Frame, ROOT, type StepResult } from "./state.ts";

export function openFrame(
  path: string,
  cursor: string,
  due: number | null,
  locals: Record<string, Json>,
): Frame {
  return {
    path,
    status: "open",
    due,
    locals,
    cursor,
    entries: new Map(),
    results: emptyRecord<StepResult>(),
    lastOutput: null,
    current: null,
    failure: null,
  };
}

export function openFrames(state: ExecutionState, event: FramesOpened): void {
  const act = enter(state, event.path, event.stepId, event.at, event);
  act.phase = "waiting";
  act.waitingOn = "branches";
  act.frames = event.frames.map(({ id, first, due }) => {
    const path = `${event.path}/${id}`;
    state.frames.set(path, openFrame(path, first, due ?? null, emptyRecord<Json>()));
    return path;
  });
}

export function closeFrame(state: ExecutionState, event: FrameClosed): void {
  const frame = state.frames.get(event.path);
  if (frame?.status !== "open") throw impossible(state, event, `${event.path} is not open`);
  giveUpWithin(state, frame.path, event.at);
  frame.status = event.status;
  frame.current = null;
  if (event.error) frame.failure ??= { stepId: "", error: event.error };
}

/** Gives up everything under way inside a body or step. */
export function giveUpWithin(state: ExecutionState, outer: string, at: number): void {
  for (const act of [...state.acts.values()]) {
    if (!isWithin(act.path, outer)) continue;
    closeRequest(state, act, null, at);
    drop(state, act);
    state.acts.delete(act.path);
  }
  for (const frame of state.frames.values()) {
    if (frame.status === "open" && frame.path !== outer && isWithin(frame.path, outer)) {
      frame.status = "cancelled";
    }
  }
}

/**
 * Ends the bodies of a step: what completed ones wrote becomes the outer body's, in the order of their declaration, and a
 * result is found under its step's own id where no other body, this one included, has a step of that id.
 */
export function mergeFrames(state: ExecutionState, act: Act, outer: Frame, at: number): void {
  giveUpWithin(state, act.path, at);
  const inner = act.frames.flatMap((path) => state.frames.get(path) ?? []);
  for (const frame of inner) {
    if (frame.status === "completed") Object.assign(outer.locals, frame.locals);
    for (const [id, result] of Object.entries(frame.results)) {
      const isUnique = inner.every((other) => other === frame || !Object.hasOwn(other.results, id));
      if (isUnique && !outer.entries.has(id)) outer.results[id] = result;
    }
  }
  for (const path of [...state.frames.keys()]) {
    if (path !== ROOT && isWithin(path, act.path)) state.frames.delete(path);
  }
}
