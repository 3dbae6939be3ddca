import { type Json, readOwn } from "../../../shared/json.ts";
import {
  type DecisionRenewed,
  type DecisionSealed,
  type DecisionVoided,
  type Edits,
  nextRequestDue,
  type StepReleased,
} from "../../model/requests.ts";
import type { ExecutionState, Frame, RequestState, StepResult } from "../../model/state.ts";
import { framePath, stepIdOf } from "../../model/step-path.ts";
import {
  enterStep,
  moveTo,
  removeActiveStep,
  requireActiveStep,
  requireFrame,
} from "./active-steps.ts";
import { openRequest } from "./apply-requests.ts";
import { invalidTransition } from "./invalid-transition.ts";

/** The events by which a decision that does not hold any more is asked again. */
export type SealEvent = DecisionVoided | DecisionSealed | DecisionRenewed | StepReleased;

/** Folds what happens to a step that waits for a decision which another step asked for first. */
export function applySeal(state: ExecutionState, event: SealEvent): void {
  switch (event.type) {
    case "decision_voided":
      voidDecision(state, event);
      return;
    case "decision_sealed":
      requireOpen(state, event).sealed = event.seal;
      return;
    case "decision_renewed":
      renewDecision(state, event);
      return;
    case "step_released":
      releaseStep(state, event);
  }
}

/** A step that waits for such a decision already waits for the next. */
function voidDecision(state: ExecutionState, event: DecisionVoided): void {
  const { again } = requireFrame(state, event.path, event);
  let step = state.activeSteps.get(event.path);
  if (!step) {
    step = enterStep(state, event.path, event.stepId, event.at, event);
    step.resumes = again;
  }
  moveTo(state, step, "waiting", "approval");
  step.due = nextRequestDue({ opened: event.request });
  const earlier = state.requests.get(event.requestId ?? "");
  if (earlier) earlier.renewedBy = event.request.id;
  openRequest(state, step, event.request);
}

/** Closes the request, and gives the approval step the output of the new decision. */
function renewDecision(state: ExecutionState, event: DecisionRenewed): void {
  const request = requireOpen(state, event);
  const { output, edits = {}, at } = event;
  const decision = readOwn(output, "decision");
  request.outcome = { decision: typeof decision === "string" ? decision : "cancelled", at };
  state.openRequests.delete(event.requestId);
  const approval = request.opened.seal?.approval ?? "";
  const frame = state.frames.get(framePath(approval));
  makeEdits(frame ?? requireFrame(state, event.path, event), edits);
  const result = frame?.results[stepIdOf(approval)];
  if (frame && result) replaceOutput(frame, result, output);
}

function requireOpen(state: ExecutionState, event: DecisionRenewed | DecisionSealed): RequestState {
  const request = state.requests.get(event.requestId);
  if (!request || request.outcome) throw invalidTransition(state, event, "no such request is open");
  return request;
}

function makeEdits({ locals }: Frame, edits: Edits): void {
  for (const [name, { after }] of Object.entries(edits)) locals[name] = after;
}

/** A step's variable stands beside its output in its result, under its own name. */
function replaceOutput({ locals, results }: Frame, result: StepResult, output: Json): void {
  const variable = Object.keys(result).find((name) => readOwn(locals, name) === result.output);
  const named = variable === undefined ? {} : { [variable]: output };
  results[result.stepId] = { ...result, ...named, output };
  if (variable !== undefined) locals[variable] = output;
}

/** Takes the step back out: its body comes to it anew. */
function releaseStep(state: ExecutionState, event: StepReleased): void {
  const step = requireActiveStep(state, event.path, event);
  const frame = requireFrame(state, event.path, event);
  removeActiveStep(state, step);
  frame.current = null;
  frame.cursor = step.stepId;
  frame.again = step.resumes;
  state.entered -= 1;
}
