import type { BudgetChoice } from "../../src/engine/model/events.ts";
import type { RequestState } from "../../src/engine/model/state.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { type ExecutionHarness, workflow } from "./execution-harness.ts";

/** Nano-dollars. */
export const CENT = 10_000_000;
export const script = (id: string, config: JsonObject = {}, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "scripted",
  config,
  ...rest,
});

/** Two calls of up to 6 cents each, one after the other, under a cap of 10. */
export const TWO = (limits: JsonObject = {}, second: JsonObject = {}) =>
  workflow(
    [
      script("first", { reserveNano: 6 * CENT }, { next: "second" }),
      script("second", { reserveNano: 6 * CENT, ...second }),
    ],
    { limits: { maxCostUsd: 0.1, ...limits } },
  );

/** A body for each price, all begun at once, under a cap of 10 cents. */
export const BESIDE = (cents: readonly number[], limits: JsonObject = {}) =>
  workflow(
    [
      {
        id: "all",
        type: "parallel",
        config: {
          branches: cents.map((price, index) => ({
            id: `b${index}`,
            steps: [script(`s${index}`, { reserveNano: price * CENT })],
          })),
        },
      },
    ],
    { limits: { maxCostUsd: 0.1, ...limits } },
  );

/** The request for budget that is not decided yet. */
export function openBudget(run: ExecutionHarness): RequestState {
  const open = [...run.state.requests.values()].find(
    ({ opened, outcome }) => opened.budget && outcome === null,
  );
  if (!open) throw new Error("Nobody is asked for budget.");
  return open;
}

/** The run's owner chooses, or another person. */
export function choose(
  run: ExecutionHarness,
  choice: BudgetChoice,
  by = "U0ALICE",
): ExecutionHarness {
  const { id } = openBudget(run).opened;
  return run.signal({
    id: `${id}:${by}`,
    kind: "decision",
    payload: { requestId: id, choice, by },
  });
}

/** The worker dies; another claims the execution. */
export function takeOver(run: ExecutionHarness): ExecutionHarness {
  return run.take([{ type: "execution_claimed", epoch: run.state.epoch + 1, worker: "next" }]);
}
