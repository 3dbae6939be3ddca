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

/** A step that changes something outside, with these parameters. */
export const effect = (id: string, config: JsonObject = {}, rest: JsonObject = {}) =>
  call(id, { config: { effect: true, ...config }, ...rest });

/** A step that asks Bob, Carol or Dave. */
export const ask = (id: string, config: JsonObject, next: JsonObject) => ({
  id,
  type: "approval",
  config: { title: "Pay?", approvers: ["U0BOB", "U0CAROL", "U0DAVE"], ...config },
  next,
});

/** A step that pays the amount. */
export const pay = effect("pay", { amount: "{{variables.amount}}" });

/** The request that was opened last. */
export const lastRequest = (run: ExecutionHarness) => [...run.state.requests.values()].at(-1);

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
