import { type JsonObject, readOwn } from "../../../shared/json.ts";
import { type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import type { AttemptResult } from "../../definition/step-type.ts";
import type { ChildEnded, ChildPlan, ChildStarted } from "../../model/children.ts";
import type { ExecutionEvent, StepError } from "../../model/events.ts";
import { hashedExecutionId } from "../../model/execution-id.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../../model/state.ts";
import type { Signal } from "../../ports/executions.ts";
import { isReleased } from "./broken-seal.ts";
import { completeStep, endStepWithError } from "./complete-step.ts";
import { admitChild, leftNano, type NextEvents } from "./cost-cap.ts";

/** Says which events follow when a step has found the workflow that it starts. */
export function handleChildPlan(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  { child, waits }: Extract<AttemptResult, { readonly kind: "child" }>,
  now: number,
): readonly ExecutionEvent[] {
  const { path, stepId, attempt } = activeStep;
  if (waits && admitChild(workflow, state, child.capNano) === "later")
    return [{ type: "child_held", path, stepId, attempt, child, at: now }];
  const started = startOf(workflow, state, activeStep, child, waits, now);
  if (waits) return [started];
  const output = { executionId: started.childId };
  return [started, ...completeStep(stepAt(workflow, path), path, output, { costNano: 0 }, now)];
}

/**
 * What follows for a child that waits for room: it begins, if there is some by now or nothing can
 * bring more. Pure.
 */
export function advanceBlockedChild(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  child: ChildPlan,
  now: number,
): NextEvents {
  return admitChild(workflow, state, child.capNano) === "now"
    ? [startOf(workflow, state, activeStep, child, true, now)]
    : "blocked";
}

function startOf(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  { path, stepId, key, attempt }: ReadonlyActiveStep,
  { workflowId, version, variables, capNano }: ChildPlan,
  waits: boolean,
  at: number,
): ChildStarted {
  // A step that is done again with its run starts another one: the first has ended.
  const name = ["child", key, ...(state.reopened.length > 0 ? [state.reopened.length] : [])];
  const allottedNano = Math.min(capNano, leftNano(workflow, state));
  return {
    type: "child_started",
    path,
    stepId,
    attempt,
    childId: hashedExecutionId(name),
    workflowId,
    version,
    variables,
    waits,
    ...(isReleased(workflow, state, path) && { released: true }),
    ...(waits && capNano > 0 && { allottedNano }),
    at,
  };
}

/** Says which events follow from the end of a child. */
export function handleChildEnd(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  { id: signalId, payload }: Signal,
  now: number,
): readonly ExecutionEvent[] {
  const ended = parseEnd(payload, signalId, now);
  if (!ended) return [{ type: "signal_received", signalId, at: now }];
  const activeStep = state.activeSteps.get(ended.path);
  if (activeStep?.childId !== ended.childId || state.cancel) return [ended];
  const step = stepAt(workflow, ended.path);
  // What the child spent stands in `child_ended` and in its own workflow's totals.
  const free = { costNano: 0 };
  return ended.status === "completed"
    ? [ended, ...completeStep(step, ended.path, toOutput(payload), free, now)]
    : [ended, ...endStepWithError(step, ended.path, childError(payload, ended), free, now)];
}

function parseEnd(payload: JsonObject, signalId: string, at: number): ChildEnded | null {
  const { path, attempt, childId, status, spentNano, costUnknown } = payload;
  const isEnd = status === "completed" || status === "failed" || status === "cancelled";
  if (typeof path !== "string" || typeof childId !== "string" || !isEnd) return null;
  return {
    type: "child_ended",
    path,
    attempt: typeof attempt === "number" ? attempt : 1,
    childId,
    status,
    spentNano: typeof spentNano === "number" ? spentNano : 0,
    ...(costUnknown === true && { costUnknown }),
    signalId,
    at,
  };
}

function toOutput({ output }: JsonObject) {
  return output ?? null;
}

function childError({ workflowId, error }: JsonObject, { childId, status }: ChildEnded): StepError {
  const run = `Run ${childId} of "${typeof workflowId === "string" ? workflowId : "?"}"`;
  if (status === "cancelled") {
    return { code: "step_failed", message: `${run} was cancelled.`, retryable: false };
  }
  const code = readOwn(error, "code");
  const message = readOwn(error, "message");
  return {
    code: typeof code === "string" ? code : "step_failed",
    message: `${run} failed: ${typeof message === "string" ? message : "no reason is known."}`,
    retryable: false,
  };
}
