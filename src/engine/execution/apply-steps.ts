import { mergeFrames } from "./apply-frames.ts";
import { charge, hold } from "./apply-money.ts";
import { closeRequest } from "./apply-requests.ts";
import { enter, requireAct, requireFrame } from "./enter.ts";
import type {
  StepAttemptFailed,
  StepCompleted,
  StepFailed,
  StepSkipped,
  StepStarted,
  StepWaiting,
} from "./events.ts";
import { type ExecutionState, NANO_PER_DOLLAR, type StepResult } from "./state.ts";

export function startStep(state: ExecutionState, event: StepStarted): void {
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

export function waitInStep(state: ExecutionState, event: StepWaiting): void {
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

export function failAttempt(state: ExecutionState, event: StepAttemptFailed): void {
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

export function endStep(
  state: ExecutionState,
  event: StepCompleted | StepSkipped | StepFailed,
): void {
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
