import { isCostUnknown, type ReadonlyActiveStep, type ReadonlyState } from "../../model/state.ts";
import type { ExecutionRecord } from "../../ports/executions.ts";

/**
 * The projection of a state by which it is found, listed and claimed.
 *
 * @param owner - the worker that keeps the lease, or `null` to release it.
 * @param due - when a worker must claim it.
 */
export function toExecutionRecord(
  state: ReadonlyState,
  owner: string | null,
  due: number | null,
): ExecutionRecord {
  return {
    executionId: state.start.executionId,
    workflowId: state.start.workflowId,
    version: state.version,
    status: state.status,
    rev: state.rev,
    due,
    owner,
    startedAt: state.start.at,
    endedAt: state.endedAt,
    waitingOn: waitReasons(state),
    openRequests: [...state.openRequests],
    costNano: state.spentNano,
    costUnknown: isCostUnknown(state),
    start: state.start,
  };
}

/**
 * What a waiting execution waits for, each reason once.
 *
 * @internal exported for its test
 */
export function waitReasons(state: ReadonlyState): readonly string[] {
  if (state.status !== "waiting") return [];
  const reasons = [...state.activeSteps.values()]
    .filter((step) => step.waitingOn !== "branches")
    .map((step) => waitReason(state, step));
  return [...new Set([...(state.paused ? [state.paused.reason] : []), ...reasons])];
}

const NOT_CALLED: Readonly<Record<string, string>> = {
  model_breaker_open: "breaker",
  service_breaker_open: "breaker",
  budget_exhausted: "budget",
  slack_limited: "slack",
};

/**
 * What a step under way waits for: `retry` after a failed attempt, `breaker` or `budget` if the
 * other side was not even called, `slack` if there was no room within Slack's limits; `room` when others of
 * the execution hold the money that a child needs to begin.
 */
export function waitReason(state: ReadonlyState, step: ReadonlyActiveStep): string {
  if (step.childAwaitingBudget !== null) return "room";
  if (step.phase !== "retrying") return step.waitingOn ?? "timer";
  const last = state.errors.findLast(({ path }) => path === step.path);
  return NOT_CALLED[last?.error.code ?? ""] ?? "retry";
}
