import type { ExecutionEvent } from "./events.ts";
import { impossible } from "./impossible.ts";
import { framePath } from "./path.ts";
import type { Act, ExecutionState, Frame } from "./state.ts";

/** Puts a step into its body as the one being executed. */
export function enter(
  state: ExecutionState,
  path: string,
  stepId: string,
  at: number,
  event: ExecutionEvent,
): Act {
  const frame = requireFrame(state, path, event);
  if (state.acts.has(path)) throw impossible(state, event, `${path} is under way`);
  const act: Act = {
    path,
    frame: frame.path,
    stepId,
    key: `${state.start.executionId}/${path}`,
    attempt: 1,
    phase: "running",
    epoch: state.epoch,
    startedAt: at,
    params: {},
    paramsHash: "",
    reservedNano: 0,
    unknownBefore: false,
    recoveries: 0,
    reserveNano: 0,
    due: null,
    waitingOn: null,
    frames: [],
    requestId: null,
    costNano: 0,
    costUnknown: false,
    usage: null,
  };
  frame.entries.set(stepId, (frame.entries.get(stepId) ?? 0) + 1);
  frame.cursor = null;
  frame.current = path;
  state.entered += 1;
  state.acts.set(path, act);
  return act;
}

export function requireFrame(state: ExecutionState, path: string, event: ExecutionEvent): Frame {
  const frame = state.frames.get(framePath(path));
  if (!frame) throw impossible(state, event, `there is no body for ${path}`);
  return frame;
}

export function requireAct(state: ExecutionState, path: string, event: ExecutionEvent): Act {
  const act = state.acts.get(path);
  if (!act) throw impossible(state, event, `${path} is not under way`);
  return act;
}
