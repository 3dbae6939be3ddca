import { elapsed } from "../../../shared/duration.ts";
import { toDollars } from "../../../shared/money.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import type { ChildHeld, ChildStarted } from "../../model/children.ts";
import { deathsOf } from "../../model/deaths.ts";
import type {
  AttemptOutlived,
  BudgetChanged,
  BudgetRequested,
  EventReceived,
  EventsSearched,
  ExecutionEvent,
  FrameClosed,
  FrameOpened,
  FramesOpened,
  OutcomeAsked,
  OutcomeTold,
  StepAttemptFailed,
  StepCompleted,
  StepFailed,
  StepSkipped,
  StepStarted,
  StepWaiting,
  TimerFired,
} from "../../model/events.ts";
import type {
  RequestDelegated,
  RequestEscalated,
  RequestReminded,
  VoteWithdrawn,
} from "../../model/requests.ts";
import type { ActiveStep, ExecutionState, Frame, StepResult } from "../../model/state.ts";
import { consumedKey } from "../../model/step-path.ts";
import { isUntried } from "../../model/untried.ts";
import {
  enterStep,
  moveTo,
  removeActiveStep,
  requireActiveStep,
  requireFrame,
} from "./active-steps.ts";
import { blockChild, startChild } from "./apply-children.ts";
import { reserve, settleAttempt } from "./apply-costs.ts";
import { closeFrame, mergeFrames, openFrames, openItemFrame } from "./apply-frames.ts";
import {
  askOutcome,
  changeBudget,
  closeRequest,
  openRequest,
  requestBudget,
  tellOutcome,
} from "./apply-requests.ts";
import { applySeal, type SealEvent } from "./apply-seals.ts";
import { noteOnRequest } from "./apply-votes.ts";
import { beginUndoEntry, overwrite, toSnapshot } from "./undo-log.ts";

type StepEnded = StepCompleted | StepSkipped | StepFailed;

/** The events that move a step or the bodies that it holds. */
export type StepEvent =
  | StepStarted
  | StepWaiting
  | BudgetRequested
  | BudgetChanged
  | StepAttemptFailed
  | StepEnded
  | FramesOpened
  | FrameOpened
  | FrameClosed
  | TimerFired
  | ChildHeld
  | ChildStarted
  | OutcomeAsked
  | OutcomeTold
  | EventReceived
  | EventsSearched
  | AttemptOutlived
  | SealEvent
  | RequestReminded
  | RequestEscalated
  | RequestDelegated
  | VoteWithdrawn;

const STEP_EVENTS: Readonly<Record<StepEvent["type"], true>> = {
  step_started: true,
  step_waiting: true,
  budget_requested: true,
  budget_changed: true,
  step_attempt_failed: true,
  step_completed: true,
  step_skipped: true,
  step_failed: true,
  frames_opened: true,
  frame_opened: true,
  frame_closed: true,
  timer_fired: true,
  child_held: true,
  child_started: true,
  outcome_asked: true,
  outcome_told: true,
  event_received: true,
  events_searched: true,
  attempt_outlived: true,
  decision_voided: true,
  decision_sealed: true,
  decision_renewed: true,
  step_released: true,
  request_reminded: true,
  request_escalated: true,
  request_delegated: true,
  vote_withdrawn: true,
};

export function isStepEvent(event: ExecutionEvent): event is StepEvent {
  return Object.hasOwn(STEP_EVENTS, event.type);
}

/** Folds an event of a step. @throws {AppError} `internal` when it is impossible in this state. */
export function applyToStep(state: ExecutionState, event: StepEvent): void {
  switch (event.type) {
    case "step_started":
      startStep(state, event);
      return;
    case "step_waiting":
      waitInStep(state, event);
      return;
    case "budget_requested":
      requestBudget(state, event);
      return;
    case "budget_changed":
      changeBudget(state, event);
      return;
    case "step_attempt_failed":
      failAttempt(state, event);
      return;
    case "frames_opened":
    case "frame_opened":
    case "frame_closed":
      applyToBodies(state, event);
      return;
    case "child_held":
      blockChild(state, requireActiveStep(state, event.path, event), event);
      return;
    case "child_started":
      startChild(state, requireActiveStep(state, event.path, event), event);
      return;
    case "outcome_asked":
      askOutcome(state, requireActiveStep(state, event.path, event), event);
      return;
    case "outcome_told":
      tellOutcome(state, requireActiveStep(state, event.path, event), event);
      return;
    case "event_received":
      receiveEvent(state, event);
      return;
    case "events_searched":
    case "attempt_outlived":
      noteOnStep(requireActiveStep(state, event.path, event), event);
      return;
    case "decision_voided":
    case "decision_sealed":
    case "decision_renewed":
    case "step_released":
      applySeal(state, event);
      return;
    case "request_reminded":
    case "request_escalated":
    case "request_delegated":
    case "vote_withdrawn":
      noteOnRequest(state, event);
      return;
    case "timer_fired":
      requireActiveStep(state, event.path, event).due = null;
      return;
    default:
      endStep(state, event);
  }
}

function noteOnStep(step: ActiveStep, { type }: EventsSearched | AttemptOutlived): void {
  if (type === "events_searched") step.searched = true;
  else step.isAlone = false;
}

function applyToBodies(
  state: ExecutionState,
  event: FramesOpened | FrameOpened | FrameClosed,
): void {
  if (event.type === "frames_opened") openFrames(state, event);
  else if (event.type === "frame_opened") openItemFrame(state, event);
  else closeFrame(state, event);
}

function startStep(state: ExecutionState, event: StepStarted): void {
  const known = state.activeSteps.get(event.path);
  if (known) {
    // The same attempt begun again: its worker died, and how far it came is not known.
    const again = known.attempt === event.attempt;
    known.recoveries = again ? known.recoveries + 1 : 0;
    noteDeaths(known, again);
    known.unknownBefore ||= again;
    known.attempt = event.attempt;
    moveTo(state, known, "running");
    known.epoch = state.epoch;
    known.begunAt = event.at;
    known.due = null;
    known.attemptAwaitingBudget = null;
    reserve(state, known, event.reservedNano ?? 0);
    return;
  }
  const step = enterStep(state, event.path, event.stepId, event.at, event);
  step.attempt = event.attempt;
  step.params = event.params ?? {};
  step.paramsHash = event.paramsHash ?? "";
  step.reserveNano = event.reservedNano ?? 0;
  reserve(state, step, event.reservedNano ?? 0);
}

/** @param again - the same attempt is begun again. */
function noteDeaths(step: ActiveStep, again: boolean): void {
  const { deaths, deathsAlone } = deathsOf(step);
  step.deaths = again ? deaths : 0;
  step.deathsAlone = again ? deathsAlone : 0;
  step.isAlone = step.deaths > 0;
  step.isReleased = false;
}

function waitInStep(state: ExecutionState, event: StepWaiting): void {
  const step = enterStep(state, event.path, event.stepId, event.at, event);
  moveTo(state, step, "waiting", event.on);
  step.due = event.due ?? null;
  step.event = event.event ?? null;
  if (event.request) openRequest(state, step, event.request);
}

/** Events that an execution remembers to have been woken by. */
const MAX_CONSUMED = 1000;

function receiveEvent(state: ExecutionState, event: EventReceived): void {
  state.consumed.add(consumedKey(event.path, event.eventId));
  const [oldest] = state.consumed;
  if (state.consumed.size > MAX_CONSUMED && oldest !== undefined) state.consumed.delete(oldest);
  if (event.signalId !== undefined) state.seen.add(event.signalId);
}

function failAttempt(state: ExecutionState, event: StepAttemptFailed): void {
  const step = requireActiveStep(state, event.path, event);
  moveTo(state, step, "retrying");
  step.due = event.retryAt;
  // A later try that failed for sure need not have come as far as to settle the unknown outcome of
  // an earlier one.
  step.unknownBefore ||= event.outcome === "unknown";
  settleAttempt(state, step, event);
  const attempt = event.attempt - step.untried;
  if (isUntried(event.error.code)) {
    step.firstAttempt += 1;
    step.untried += 1;
    // It may come to nothing hundreds of times until there is budget or room: once is enough in the errors.
    const last = state.errors.findLast(({ path }) => path === step.path);
    if (last?.error.code === event.error.code) return;
  }
  state.errors.push({
    path: step.path,
    stepId: step.stepId,
    attempt,
    error: event.error,
    at: event.at,
  });
}

function endStep(state: ExecutionState, event: StepEnded): void {
  // A step that needs no attempt (a transform) begins and ends with this one event.
  const step =
    state.activeSteps.get(event.path) ??
    enterStep(state, event.path, event.stepId, event.at, event);
  const frame = requireFrame(state, event.path, event);
  settleAttempt(state, step, event);
  const before = beginUndoEntry(frame);
  const bodies =
    step.waitingOn === "branches" ? mergeFrames(state, step, frame, before, event.at) : [];
  const result = toResult(step, event);
  if (event.type === "step_completed") takeEdits(frame, event, before);
  const variable = event.outputVariable;
  if (variable !== undefined) overwrite(frame.locals, variable, result.output, before.locals);
  const named = variable === undefined ? result : { [variable]: result.output, ...result };
  overwrite(frame.results, event.stepId, named, before.results);
  record(state, step, result, event.at);
  const isInDoubt = isUnknown(step, event);
  frame.undoLog.push({
    ...toSnapshot(step, bodies, isInDoubt, event.at),
    keepsKey: event.type === "step_failed" || isInDoubt,
    before,
  });
  closeRequest(state, step, result.output, event.at);
  removeActiveStep(state, step);
  frame.current = null;
  frame.cursor = event.next ?? null;
  frame.lastOutput = result.output;
  if (event.type === "step_failed" && event.next === undefined) {
    const { stepId } = step;
    frame.failure = { stepId, error: event.error, ...omitUndefined({ variable }) };
  }
}

/** What people edited becomes the body's, as what a step writes does. */
function takeEdits(
  frame: Frame,
  { edited }: StepCompleted,
  { locals }: ReturnType<typeof beginUndoEntry>,
): void {
  for (const [name, { after }] of Object.entries(edited?.values ?? {}))
    overwrite(frame.locals, name, after, locals);
}

function isUnknown(step: ActiveStep, event: StepEnded): boolean {
  if (event.type === "step_completed") return false;
  return (
    step.unknownBefore || event.outcomeUnknown === true || event.error.code === "outcome_unknown"
  );
}

const STATUS = {
  step_completed: "completed",
  step_skipped: "skipped",
  step_failed: "failed",
} as const;

function toResult(step: ActiveStep, event: StepEnded): StepResult {
  return {
    stepId: event.stepId,
    status: STATUS[event.type],
    output: event.type === "step_completed" ? event.output : null,
    cost: step.costUnknown ? null : toDollars(step.costNano),
    attempts: step.attempt - step.untried,
    nextStep: event.next ?? "end",
    startedAt: new Date(step.startedAt).toISOString(),
    completedAt: new Date(event.at).toISOString(),
    durationMs: elapsed(step.startedAt, event.at),
    ...(step.usage && { tokenUsage: step.usage }),
    ...(event.type === "step_completed" ? remarksOf(event) : { error: event.error }),
  };
}

/** Adds the entry to the timeline, and its error to the errors. */
function record(state: ExecutionState, step: ActiveStep, result: StepResult, at: number): void {
  const { path, stepId } = step;
  const attempts = step.attempt - step.untried;
  state.steps.push({
    path,
    stepId,
    status: result.status,
    output: result.output,
    startedAt: step.startedAt,
    completedAt: at,
    costNano: step.costNano,
    costUnknown: step.costUnknown,
    usage: step.usage,
    attempts,
  });
  if (result.error) state.errors.push({ path, stepId, attempt: attempts, error: result.error, at });
}

/** What a model gave besides the output. */
function remarksOf({
  rawOutput,
  reason,
  confidence,
}: StepCompleted): Pick<StepResult, "rawOutput" | "reason" | "confidence"> {
  return omitUndefined({ rawOutput, reason, confidence });
}
