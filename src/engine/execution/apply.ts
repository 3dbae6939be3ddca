import { AppError } from "../../errors.ts";
import { type Json, readOwn } from "../../json.ts";
import type {
  AttemptCost,
  ExecutionEvent,
  ExecutionStarted,
  FrameClosed,
  FramesOpened,
  LateResult,
  StepAttemptFailed,
  StepCompleted,
  StepFailed,
  StepSkipped,
  StepStarted,
  StepWaiting,
} from "./events.ts";
import { framePath, isWithin } from "./path.ts";
import {
  type Act,
  type ExecutionState,
  type Frame,
  isFinished,
  NANO_PER_DOLLAR,
  ROOT,
  type StepResult,
} from "./state.ts";

/**
 * The state at revision 0: nothing has happened but the start.
 *
 * @param firstStep - id of the definition's first step.
 */
export function initialState(start: ExecutionStarted, firstStep: string): ExecutionState {
  const variables = Object.assign(noPrototype<Json>(), start.variables);
  const root = openFrame(ROOT, firstStep, null, variables);
  return {
    start,
    status: "queued",
    rev: 0,
    epoch: 0,
    variables,
    frames: new Map([[ROOT, root]]),
    acts: new Map(),
    requests: new Map(),
    steps: [],
    errors: [],
    entered: 0,
    spentNano: 0,
    reservedNano: 0,
    costUnknown: false,
    dropped: new Map(),
    cancel: null,
    seen: new Set(),
    output: null,
    error: null,
    endedAt: null,
  };
}

/**
 * Folds one event into the state, in place: the caller hands the state over. Constant time per event.
 *
 * The only way a state changes. The same events give the same state, always.
 *
 * @throws {AppError} `internal` when the event is impossible in this state: the log or the code is wrong, and going on would
 * do damage.
 */
export function apply(state: ExecutionState, event: ExecutionEvent): void {
  if (
    isFinished(state.status) &&
    event.type !== "late_result" &&
    event.type !== "decision_refused" &&
    event.type !== "signal_received"
  ) {
    throw impossible(state, event, "the execution is finished");
  }
  switch (event.type) {
    case "execution_started":
      throw impossible(state, event, "an execution starts once");
    case "execution_claimed":
      state.epoch = event.epoch;
      break;
    case "execution_cancel_requested":
      state.cancel ??= { by: event.by, at: event.at };
      state.seen.add(event.signalId);
      break;
    case "signal_received":
      state.seen.add(event.signalId);
      return;
    case "step_started":
      startStep(state, event);
      break;
    case "step_waiting":
      waitInStep(state, event);
      break;
    case "frames_opened":
      openFrames(state, event);
      break;
    case "frame_closed":
      closeFrame(state, event);
      break;
    case "step_attempt_failed":
      failAttempt(state, event);
      break;
    case "step_completed":
    case "step_skipped":
    case "step_failed":
      endStep(state, event);
      break;
    case "timer_fired":
      requireAct(state, event.path, event).due = null;
      break;
    case "decision_recorded":
      recordDecision(state, event);
      break;
    case "decision_refused":
      state.seen.add(event.signalId);
      return;
    case "late_result":
      settleDropped(state, event);
      return;
    case "execution_completed":
      state.output = event.output;
      finish(state, "completed", event.at);
      break;
    case "execution_failed":
      state.error = event.error;
      finish(state, "failed", event.at);
      break;
    case "execution_cancelled":
      finish(state, "cancelled", event.at);
      break;
  }
  if (!isFinished(state.status)) state.status = liveStatus(state);
}

/** Folds a whole commit. @throws {AppError} `internal` for a gap in the log. */
export function applyCommit(
  state: ExecutionState,
  rev: number,
  events: readonly ExecutionEvent[],
): void {
  if (rev !== state.rev + 1) {
    throw new AppError({
      code: "internal",
      message: `The log of ${state.start.executionId} has a gap: revision ${rev} follows ${state.rev}.`,
    });
  }
  for (const event of events) apply(state, event);
  state.rev = rev;
}

function openFrame(
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
    results: noPrototype<StepResult>(),
    lastOutput: null,
    current: null,
    failure: null,
  };
}

function startStep(state: ExecutionState, event: StepStarted): void {
  const known = state.acts.get(event.path);
  if (known) {
    // The same attempt begun again: its worker died, and nobody knows how far it came.
    const again = known.phase === "running";
    known.recoveries = again ? known.recoveries + 1 : 0;
    known.unknownBefore ||= again;
    known.attempt = event.attempt;
    known.phase = "running";
    known.epoch = state.epoch;
    known.due = null;
    hold(state, known, event.reservedNano ?? 0);
    return;
  }
  const act = enter(state, event.path, event.stepId, event.at, event);
  act.attempt = event.attempt;
  act.params = event.params ?? {};
  act.paramsHash = event.paramsHash ?? "";
  act.reserveNano = event.reservedNano ?? 0;
  hold(state, act, event.reservedNano ?? 0);
}

function waitInStep(state: ExecutionState, event: StepWaiting): void {
  const act = enter(state, event.path, event.stepId, event.at, event);
  act.phase = "waiting";
  act.waitingOn = event.on;
  act.due = event.due ?? null;
  if (event.request) {
    act.requestId = event.request.id;
    state.requests.set(event.request.id, {
      opened: event.request,
      path: event.path,
      votes: [],
      outcome: null,
    });
  }
}

function openFrames(state: ExecutionState, event: FramesOpened): void {
  const act = enter(state, event.path, event.stepId, event.at, event);
  act.phase = "waiting";
  act.waitingOn = "branches";
  act.frames = event.frames.map(({ id, first, due }) => {
    const path = `${event.path}/${id}`;
    state.frames.set(path, openFrame(path, first, due ?? null, noPrototype<Json>()));
    return path;
  });
}

function closeFrame(state: ExecutionState, event: FrameClosed): void {
  const frame = state.frames.get(event.path);
  if (frame?.status !== "open") throw impossible(state, event, `${event.path} is not open`);
  giveUpWithin(state, frame.path, event.at);
  frame.status = event.status;
  frame.current = null;
  if (event.error) frame.failure ??= { stepId: "", error: event.error };
}

/** Gives up everything under way inside a body or step. */
function giveUpWithin(state: ExecutionState, outer: string, at: number): void {
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
 * result is found under its step's own id where only one body has it.
 */
function mergeFrames(state: ExecutionState, act: Act, outer: Frame, at: number): void {
  giveUpWithin(state, act.path, at);
  const inner = act.frames.flatMap((path) => state.frames.get(path) ?? []);
  for (const frame of inner) {
    if (frame.status === "completed") Object.assign(outer.locals, frame.locals);
    for (const [id, result] of Object.entries(frame.results)) {
      const isUnique = inner.every((other) => other === frame || !Object.hasOwn(other.results, id));
      if (isUnique) outer.results[id] = result;
    }
  }
  for (const path of [...state.frames.keys()]) {
    if (path !== ROOT && isWithin(path, act.path)) state.frames.delete(path);
  }
}

/** Puts a step into its body as the one being executed. */
function enter(
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

function failAttempt(state: ExecutionState, event: StepAttemptFailed): void {
  const act = requireAct(state, event.path, event);
  act.phase = "retrying";
  act.due = event.retryAt;
  act.unknownBefore = event.outcome === "unknown";
  charge(state, act, event);
  state.errors.push({
    path: act.path,
    stepId: act.stepId,
    attempt: event.attempt,
    error: event.error,
    at: event.at,
  });
}

function endStep(state: ExecutionState, event: StepCompleted | StepSkipped | StepFailed): void {
  // A step that needs no attempt (a transform) begins and ends with this one event.
  const act = state.acts.get(event.path) ?? enter(state, event.path, event.stepId, event.at, event);
  const frame = requireFrame(state, event.path, event);
  charge(state, act, event);
  const output = event.type === "step_completed" ? event.output : null;
  const status =
    event.type === "step_completed"
      ? "completed"
      : event.type === "step_skipped"
        ? "skipped"
        : "failed";
  const next = event.next ?? null;
  const variable = event.type === "step_failed" ? undefined : event.outputVariable;
  if (act.frames.length > 0) mergeFrames(state, act, frame, event.at);
  if (variable !== undefined) frame.locals[variable] = output;
  frame.results[event.stepId] = {
    ...(variable !== undefined && { [variable]: output }),
    stepId: event.stepId,
    status,
    output,
    cost: act.costUnknown ? null : act.costNano / NANO_PER_DOLLAR,
    attempts: act.attempt,
    nextStep: next ?? "end",
    startedAt: new Date(act.startedAt).toISOString(),
    completedAt: new Date(event.at).toISOString(),
    durationMs: event.at - act.startedAt,
    ...(act.usage && { tokenUsage: act.usage }),
    ...(event.type === "step_completed" ? said(event) : { error: event.error }),
  };
  state.steps.push({
    path: act.path,
    stepId: act.stepId,
    status,
    output,
    startedAt: act.startedAt,
    completedAt: event.at,
    costNano: act.costNano,
    costUnknown: act.costUnknown,
    attempts: act.attempt,
  });
  if (event.type !== "step_completed") {
    state.errors.push({
      path: act.path,
      stepId: act.stepId,
      attempt: act.attempt,
      error: event.error,
      at: event.at,
    });
  }
  closeRequest(state, act, output, event.at);
  state.acts.delete(event.path);
  frame.current = null;
  frame.cursor = next;
  frame.lastOutput = output;
  if (event.type === "step_failed" && next === null)
    frame.failure = { stepId: act.stepId, error: event.error };
}

function said(event: StepCompleted): Pick<StepResult, "rawOutput" | "reason" | "confidence"> {
  return {
    ...(event.rawOutput !== undefined && { rawOutput: event.rawOutput }),
    ...(event.reason !== undefined && { reason: event.reason }),
    ...(event.confidence !== undefined && { confidence: event.confidence }),
  };
}

/** The request of an approval that ended: its output says how. */
function closeRequest(state: ExecutionState, act: Act, output: Json, at: number): void {
  const request = act.requestId === null ? undefined : state.requests.get(act.requestId);
  if (!request) return;
  const decision = readOwn(output, "decision");
  request.outcome ??= { decision: typeof decision === "string" ? decision : "cancelled", at };
}

function recordDecision(
  state: ExecutionState,
  event: Extract<ExecutionEvent, { type: "decision_recorded" }>,
): void {
  const request = state.requests.get(event.requestId);
  if (!request || request.outcome) throw impossible(state, event, "no such request is open");
  request.votes.push({
    by: event.by,
    choice: event.choice,
    at: event.at,
    ...(event.comment !== undefined && { comment: event.comment }),
  });
  state.seen.add(event.signalId);
}

function finish(
  state: ExecutionState,
  status: "completed" | "failed" | "cancelled",
  at: number,
): void {
  giveUpWithin(state, ROOT, at);
  state.status = status;
  state.endedAt = at;
}

/** Gives up a step under way. What its attempt costs is not known yet: the worst price stays held until a late result tells. */
function drop(state: ExecutionState, act: Act): void {
  if (act.reservedNano > 0) state.dropped.set(`${act.path}:${act.attempt}`, act.reservedNano);
}

function settleDropped(state: ExecutionState, event: LateResult): void {
  const attempt = `${event.path}:${event.attempt}`;
  const held = state.dropped.get(attempt) ?? 0;
  state.dropped.delete(attempt);
  state.reservedNano -= held;
  state.spentNano += event.costUnknown ? Math.max(event.costNano, held) : event.costNano;
  state.costUnknown ||= event.costUnknown ?? false;
}

/** Holds the worst price of an attempt. An attempt begun again holds it once: what the lost call cost is told with the result. */
function hold(state: ExecutionState, act: Act, nano: number): void {
  state.reservedNano += nano - act.reservedNano;
  act.reservedNano = nano;
}

/** Settles an attempt: the reservation goes, the price comes. */
function charge(state: ExecutionState, act: Act, cost: AttemptCost): void {
  state.reservedNano -= act.reservedNano;
  // Without a known price the reservation stays charged to the cap.
  const spent = cost.costUnknown ? Math.max(cost.costNano, act.reservedNano) : cost.costNano;
  act.reservedNano = 0;
  act.costNano += spent;
  act.costUnknown ||= cost.costUnknown ?? false;
  if (cost.usage) {
    act.usage = {
      promptTokens: (act.usage?.promptTokens ?? 0) + cost.usage.promptTokens,
      completionTokens: (act.usage?.completionTokens ?? 0) + cost.usage.completionTokens,
    };
  }
  state.spentNano += spent;
  state.costUnknown ||= cost.costUnknown ?? false;
}

function liveStatus(state: ExecutionState): "running" | "waiting" {
  if (state.acts.size === 0) return "running";
  let isWaiting = false;
  for (const act of state.acts.values()) {
    if (act.phase === "running") return "running";
    isWaiting ||= act.waitingOn !== "branches";
  }
  return isWaiting ? "waiting" : "running";
}

function requireFrame(state: ExecutionState, path: string, event: ExecutionEvent): Frame {
  const frame = state.frames.get(framePath(path));
  if (!frame) throw impossible(state, event, `there is no body for ${path}`);
  return frame;
}

function requireAct(state: ExecutionState, path: string, event: ExecutionEvent): Act {
  const act = state.acts.get(path);
  if (!act) throw impossible(state, event, `${path} is not under way`);
  return act;
}

function impossible(state: ExecutionState, event: ExecutionEvent, why: string): AppError {
  return new AppError({
    code: "internal",
    message: `The event ${event.type} cannot follow in execution ${state.start.executionId} at revision ${state.rev}: ${why}.`,
    details: { executionId: state.start.executionId, rev: state.rev, event: event.type },
  });
}

function noPrototype<T>(): Record<string, T> {
  const object: Record<string, T> = Object.create(null);
  return object;
}
