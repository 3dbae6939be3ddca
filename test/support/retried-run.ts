import { expect } from "vitest";
import { failedPath } from "../../src/engine/execution/decider/retry-points.ts";
import { apply, initialState } from "../../src/engine/execution/reducer/apply.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import type { ExecutionHarness } from "./execution-harness.ts";

/** A failure that trying again cannot mend. */
export const refused = {
  kind: "failed",
  error: { code: "service_rejected", message: "No.", retryable: false },
} as const;
export const call = (id: string, rest: JsonObject = {}) => ({ id, type: "scripted", ...rest });
/** Retries as Bob, from where it failed unless a path is given. */
export function retry(run: ExecutionHarness, payload: JsonObject = {}): ExecutionHarness {
  const path = failedPath(run.state);
  const signal = { id: `retry:${run.log.length}`, kind: "retry" as const };
  return run.signal({
    ...signal,
    payload: { by: "U0BOB", ...(path !== null && { path }), ...payload },
  });
}

/** Started attempts, as `path:attempt`. */
export function started(run: ExecutionHarness): readonly string[] {
  return run.log.flatMap((event) =>
    event.type === "step_started" ? [`${event.path}:${event.attempt}`] : [],
  );
}

/** The log folded anew gives the same state. */
export function expectFolds(run: ExecutionHarness): void {
  const state = initialState(run.state.start, run.workflow.first);
  for (const event of run.log) apply(state, event);
  expect(state.status).toBe(run.state.status);
  expect([...state.frames]).toEqual([...run.state.frames]);
  expect([...state.activeSteps]).toEqual([...run.state.activeSteps]);
}
