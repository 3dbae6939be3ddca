import { isJsonObject, type Json } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { type CompiledStep, type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import type { AttemptResult } from "../../definition/step-type.ts";
import type { AttemptCost, ExecutionEvent } from "../../model/events.ts";
import { toEdits } from "../../model/requests.ts";
import { isFinished, type ReadonlyActiveStep, type ReadonlyState } from "../../model/state.ts";
import { attemptKey } from "../../model/step-path.ts";
import { isLeftAlone, isUntried } from "../../model/untried.ts";
import type { Signal } from "../../ports/executions.ts";
import { readAnswerable } from "./answerable.ts";
import { completeStep, endStepWithError } from "./complete-step.ts";
import { handleChildEnd, handleChildPlan } from "./handle-children.ts";
import { handleEvent } from "./handle-events.ts";
import { handleDelegation, handleWithdrawal } from "./handle-request-signals.ts";
import { isOutdated, refusal } from "./refusal.ts";
import { DEFAULT_RETRY_POLICY, retryDelayMs } from "./retry-delay.ts";
import { isRetryPath } from "./retry-points.ts";
import { askAboutOutcome } from "./unknown-outcome.ts";

/** The result of an attempt, with which attempt it was. */
export interface AttemptEnded {
  readonly path: string;
  readonly attempt: number;
  /** Claim under which it was started. */
  readonly epoch: number;
  readonly result: AttemptResult;
}

/** Says which events follow from the end of an attempt. */
export function handleAttempt(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  ended: AttemptEnded,
  now: number,
): readonly ExecutionEvent[] {
  const { path, attempt, result } = ended;
  const activeStep = state.activeSteps.get(path);
  if (
    activeStep?.phase !== "running" ||
    activeStep.attempt !== attempt ||
    activeStep.epoch !== ended.epoch
  ) {
    return lateResult(state, ended, now);
  }
  const step = stepAt(workflow, path);
  if (result.kind === "child") return handleChildPlan(workflow, state, activeStep, result, now);
  if (result.kind === "failed") {
    const asked =
      result.asks === true
        ? askAboutOutcome(state, activeStep, result.error, costOf(result), now)
        : null;
    return asked ? [asked] : attemptFailed(step, activeStep, result, now);
  }
  const { output, route, rawOutput, reason, confidence } = result;
  const answer = { ...costOf(result), ...omitUndefined({ rawOutput, reason, confidence }) };
  return completeStep(step, path, output, answer, now, route);
}

function lateResult(
  state: ReadonlyState,
  ended: AttemptEnded,
  now: number,
): readonly ExecutionEvent[] {
  const { path, attempt } = ended;
  const cost = costOf(ended.result);
  const tellsCost =
    cost.costNano > 0 || cost.costUnknown || state.abandonedAttempts.has(attemptKey(path, attempt));
  return tellsCost ? [{ type: "late_result", path, attempt, ...cost, at: now }] : [];
}

function attemptFailed(
  step: CompiledStep,
  activeStep: ReadonlyActiveStep,
  result: Extract<AttemptResult, { readonly kind: "failed" }>,
  now: number,
): readonly ExecutionEvent[] {
  const { path, attempt, key } = activeStep;
  const { error, outcome, retryAfterMs } = result;
  const cost = costOf(result);
  const policy = step.definition.retryPolicy ?? DEFAULT_RETRY_POLICY;
  const tries = attempt - activeStep.firstAttempt + 1;
  const takesOtherWay = isLeftAlone(error.code) && hasOtherWay(step);
  if (isUntried(error.code) && !takesOtherWay) {
    const retryAt = now + (retryAfterMs ?? 0);
    return [
      { type: "step_attempt_failed", path, attempt, error, outcome, ...cost, retryAt, at: now },
    ];
  }
  if (!error.retryable || takesOtherWay || tries >= policy.maxRetries) {
    return endStepWithError(step, path, error, cost, now, outcome === "unknown");
  }
  const retryAt = now + retryDelayMs({ policy, attempt: tries, key, retryAfterMs });
  return [
    { type: "step_attempt_failed", path, attempt, error, outcome, ...cost, retryAt, at: now },
  ];
}

/** Its author said what is done without the system that is away: that is not to wait for it. */
function hasOtherWay({ definition }: CompiledStep): boolean {
  return definition.onFailure === "fallback" || definition.onFailure === "skip";
}

/** Says which events follow from a signal; none if it was folded before. */
export function handleSignal(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  signal: Signal,
  now: number,
): readonly ExecutionEvent[] {
  if (state.seen.has(signal.id)) return [];
  switch (signal.kind) {
    case "cancel": {
      if (isFinished(state.status))
        return [{ type: "signal_received", signalId: signal.id, at: now }];
      const by = typeof signal.payload["by"] === "string" ? signal.payload["by"] : "unknown";
      return [{ type: "execution_cancel_requested", by, signalId: signal.id, at: now }];
    }
    case "slot":
      // A call to look again, nothing more.
      return [];
    case "retry":
      return handleRetry(state, signal, now);
    case "migrate":
      // The actor, which has the version, folds it by `handleMigration`.
      return [{ type: "signal_received", signalId: signal.id, at: now }];
    case "event":
      return handleEvent(workflow, state, signal, now);
    case "child_ended":
      return handleChildEnd(workflow, state, signal, now);
    case "decision":
      return handleDecision(state, signal, now);
    case "delegate":
      return handleDelegation(state, signal, now);
    case "withdraw_vote":
      return handleWithdrawal(state, signal, now);
  }
}

/**
 * Only what has ended is reopened, once for each end; whatever else was asked for came too late.
 */
function handleRetry(state: ReadonlyState, signal: Signal, now: number): readonly ExecutionEvent[] {
  const { start, status, endedAt } = state;
  const { by, path, key, bodyHash } = signal.payload;
  const isKeyed = typeof key === "string" && typeof bodyHash === "string";
  const isRetried = status === "failed" || status === "cancelled";
  const answerable = readAnswerable(signal.payload);
  const isLost = typeof path === "string" && !isRetryPath(state, path);
  if (!isRetried || endedAt === null || isLost)
    return [{ type: "signal_received", signalId: signal.id, at: now }];
  return [
    {
      type: "execution_reopened",
      ...(typeof path === "string" && { path }),
      ...changesOf(signal.payload),
      by: typeof by === "string" ? by : "unknown",
      ...(answerable.length > 0 && { answerable }),
      ...(isKeyed && { asked: { key, bodyHash } }),
      signalId: signal.id,
      deadline: now + (start.deadline - start.at),
      ended: { status, at: endedAt },
      at: now,
    },
  ];
}

/** What a retry changes: variables that get other values, steps that have their effect once more. */
function changesOf({ variables, again }: Signal["payload"]) {
  const ids = Array.isArray(again) ? again.filter((id) => typeof id === "string") : [];
  return {
    ...(isJsonObject(variables) && { variables }),
    ...(ids.length > 0 && { again: ids }),
  };
}

function handleDecision(
  state: ReadonlyState,
  signal: Signal,
  now: number,
): readonly ExecutionEvent[] {
  const { requestId, choice, by, comment, edits, seen, via } = signal.payload;
  const request = typeof requestId === "string" ? state.requests.get(requestId) : undefined;
  if (!request || typeof choice !== "string" || typeof by !== "string") {
    return [{ type: "signal_received", signalId: signal.id, at: now }];
  }
  const reason =
    refusal(request, by, signal.at) ??
    (state.cancel ? "cancelled" : null) ??
    (isOutdated(request, choice, seen) ? "edited" : null);
  const requestRef = request.opened.id;
  if (reason) {
    return [
      { type: "decision_refused", requestId: requestRef, by, reason, signalId: signal.id, at: now },
    ];
  }
  return [
    {
      type: "decision_recorded",
      path: request.path,
      requestId: requestRef,
      by,
      choice,
      ...omitUndefined({ comment: toText(comment), via: toText(via) }),
      ...(isJsonObject(edits) && { edits: toEdits(edits) }),
      signalId: signal.id,
      at: signal.at,
    },
  ];
}

function toText(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function costOf({ costNano, costUnknown, usage, charges }: AttemptResult): AttemptCost {
  return omitUndefined({ costNano, costUnknown, usage, charges });
}
