import { describe, expect, test } from "vitest";
import { nextDue } from "../../../src/engine/execution/decider/advance.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, NINE, workflow } from "../../support/execution-harness.ts";

const MINUTE = 60_000;
const nap = (id: string, duration: string): JsonObject => ({
  id,
  type: "wait",
  config: { duration },
});
const script = (id: string, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "scripted",
  ...rest,
});

/** One branch for each list of steps. */
function beside(branches: readonly JsonObject[], limits: JsonObject = {}): ExecutionHarness {
  return new ExecutionHarness(
    workflow([{ id: "all", type: "parallel", config: { branches: [...branches] } }], { limits }),
  );
}

describe("timers", () => {
  test("of several branches are all seen, each at its time", () => {
    const run = beside([
      { id: "a", steps: [nap("short", "10m")] },
      { id: "b", steps: [nap("long", "20m")] },
      { id: "c", steps: [nap("longest", "30m")] },
    ]);

    for (const minutes of [10, 20, 30]) {
      expect(nextDue(run.state, run.worklist)).toBe(NINE + minutes * MINUTE);
      run.advance(10 * MINUTE);
    }

    expect(run.state.status).toBe("completed");
  });

  test("of a branch that was over in time are no reason to look", () => {
    const run = beside([
      { id: "a", timeoutMs: 10 * MINUTE, steps: [script("quick")] },
      { id: "b", steps: [nap("long", "1h")] },
    ]);

    run.end("quick", { kind: "ok" }).advance(20 * MINUTE);

    expect(nextDue(run.state, run.worklist)).toBe(NINE + 60 * MINUTE);
    expect(run.state.frames.get("all#1/a")?.status).toBe("completed");
  });

  test("of a branch that was not over in time end it, and trying again is no help", () => {
    const run = beside([{ id: "a", timeoutMs: 10 * MINUTE, steps: [nap("long", "1h")] }]);

    run.advance(10 * MINUTE);

    expect(run.log).toContainEqual(
      expect.objectContaining({
        type: "frame_closed",
        status: "failed",
        error: expect.objectContaining({ code: "step_timeout", retryable: false }),
      }),
    );
  });

  test("of a retry that has no room under the cap are no reason to look until there may be some", () => {
    const limits = { maxCostUsd: 1e-6 };
    const run = beside(
      [
        { id: "a", steps: [script("first", { config: { reserveNano: 600 } })] },
        { id: "b", steps: [nap("pause", "1s"), script("big", { config: { reserveNano: 400 } })] },
      ],
      limits,
    );
    run.end("first", { kind: "failed", costUnknown: true }).advance(1000);
    expect(run.activeStep("big").phase).toBe("running");

    run.advance(MINUTE);

    // 600 may have been spent and 400 are held: the second try of the first may have to wait for
    // what is under way.
    expect(run.activeStep("first").phase).not.toBe("running");
    expect(nextDue(run.state, run.worklist) ?? 0).toBeGreaterThan(run.now);
  });
});

describe("a run that is held", () => {
  const hold = (run: ExecutionHarness): ExecutionHarness =>
    run.take([{ type: "execution_held", reason: "pause", by: "U0ALICE", at: run.now }]);
  const resume = (run: ExecutionHarness): ExecutionHarness =>
    run.take([{ type: "execution_resumed", at: run.now }]);

  test("enters no step, and nobody has to look", () => {
    const run = new ExecutionHarness(
      workflow([script("first", { next: "second" }), script("second")]),
    );

    hold(run).end("first", { kind: "ok" });

    expect(run.state).toMatchObject({ status: "waiting", paused: { by: "U0ALICE" } });
    expect(run.state.activeSteps.size).toBe(0);
    expect(nextDue(run.state, run.worklist)).toBeNull();
    expect(resume(run).activeStep("second").phase).toBe("running");
  });

  test("begins no further attempt, and no timer ends its waits", () => {
    const run = beside([
      { id: "a", steps: [script("call")] },
      { id: "b", steps: [nap("long", "10m")] },
    ]);
    run.end("call", { kind: "failed" });

    hold(run).advance(20 * MINUTE);

    expect(run.activeStep("call")).toMatchObject({ phase: "retrying", attempt: 1 });
    expect(run.activeStep("long").phase).toBe("waiting");
    resume(run);
    expect(run.activeStep("call")).toMatchObject({ phase: "running", attempt: 2 });
    expect(() => run.activeStep("long")).toThrow("not under way");
  });

  test("has its time stand still, counted from the first of several reasons", () => {
    const run = new ExecutionHarness(workflow([nap("long", "9h")], { limits: { timeout: "10h" } }));
    const { deadline } = run.state;
    hold(run).advance(5 * MINUTE);

    run.take([{ type: "execution_held", reason: "slot", line: "one", at: run.now }]);
    expect(run.state).toMatchObject({
      paused: { reason: "slot", by: null },
      queue: { slot: null },
    });
    run.advance(24 * 60 * MINUTE);
    resume(run);

    expect(run.state.paused).toBeNull();
    expect(run.state.deadline).toBe(deadline + (24 * 60 + 5) * MINUTE);
  });

  test("can be cancelled", () => {
    const run = hold(new ExecutionHarness(workflow([nap("long", "9h")])));

    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } });

    expect(run.state).toMatchObject({ status: "cancelled", cancel: { by: "U0ALICE" } });
  });

  test("cannot be resumed when it is not held", () => {
    const run = new ExecutionHarness(workflow([nap("long", "9h")]));

    expect(() => resume(run)).toThrow("it is not held");
  });
});
