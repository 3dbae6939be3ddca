import { describe, expect, test } from "vitest";
import {
  failedPath,
  retryPoints,
  stepsWithUnknownOutcome,
} from "../../../src/engine/execution/decider/retry-points.ts";
import { apply, initialState } from "../../../src/engine/execution/reducer/apply.ts";
import { ExecutionHarness, NINE, workflow } from "../../support/execution-harness.ts";

import { call, expectFolds, refused, retry, started } from "../../support/retried-run.ts";

const unknown = {
  kind: "failed",
  outcome: "unknown",
  error: { code: "step_timeout", message: "Silence.", retryable: false },
} as const;

const count = {
  id: "count",
  type: "transform",
  config: { expression: "variables.n + 1", outputVariable: "n" },
};

describe("a run that failed, retried", () => {
  test("counts no attempt that came to nothing before, for want of room", () => {
    const run = new ExecutionHarness(workflow([call("pay")]));
    const limited = { code: "slack_limited", message: "More messages wait.", retryable: true };
    for (let look = 0; look < 3; look += 1)
      run.end("pay", { kind: "failed", error: limited, retryAfterMs: 1000 }).advance(1000);
    run.end("pay", refused);

    retry(run).end("pay", { kind: "ok" });

    expect(started(run).at(-1)).toBe("pay#1:5");
    expect(run.state.steps).toMatchObject([{ attempts: 1 }, { attempts: 2 }]);
    expectFolds(run);
  });

  test("does the failed step again under the same key, with what came before", () => {
    const run = new ExecutionHarness(
      workflow([call("find", { next: "pay" }), call("pay", { next: "tell" }), call("tell")]),
    );
    run.end("find", { kind: "ok", output: "IBAN" }).end("pay", refused);
    expect(run.state.status).toBe("failed");

    retry(run);

    expect(run.state).toMatchObject({ status: "running", error: null, endedAt: null });
    expect(started(run)).toEqual(["find#1:1", "pay#1:1", "pay#1:2"]);
    run.end("pay", { kind: "ok" }).end("tell", { kind: "ok", output: "told" });
    expect(run.state).toMatchObject({ status: "completed", output: "told" });
    expectFolds(run);
  });

  test("does it under a new key if its parameters changed", () => {
    const pay = call("pay", { config: { amount: "{{variables.amount}}" } });
    const run = new ExecutionHarness(workflow([pay]), { amount: 640 });
    run.end("pay", refused);

    retry(run, { variables: { amount: 64 } });

    expect(started(run)).toEqual(["pay#1:1", "pay#2:1"]);
    expect(run.activeStep("pay").params).toEqual({ amount: 64 });
    expectFolds(run);
  });

  test("has the attempts of its retry policy once more", () => {
    const run = new ExecutionHarness(workflow([call("pay", { retryPolicy: { maxRetries: 2 } })]));
    run.end("pay", { kind: "failed" }).advance(2000).end("pay", { kind: "failed" });
    expect(run.state.status).toBe("failed");

    retry(run).end("pay", { kind: "failed" }).advance(2000);

    expect(started(run)).toEqual(["pay#1:1", "pay#1:2", "pay#1:3", "pay#1:4"]);
    run.end("pay", { kind: "failed" });
    expect(run.state.status).toBe("failed");
  });

  test("from an earlier step forgets what came after, variables too, and does that step under a new key", () => {
    const run = new ExecutionHarness(
      workflow([
        { ...count, next: "find" },
        call("find", { next: "again" }),
        { ...count, id: "again", next: "pay" },
        call("pay"),
      ]),
      { n: 0 },
    );
    run.end("find", { kind: "ok", output: "old" }).end("pay", refused);
    expect(run.state.variables).toEqual({ n: 2 });

    retry(run, { path: "find#1" });

    expect(run.state.variables).toEqual({ n: 1 });
    expect(Object.keys(run.state.frames.get("")?.results ?? {})).toEqual(["count"]);
    run.end("find", { kind: "ok", output: "new" });
    expect(run.output("find")).toBe("new");
    expect(started(run)).toEqual(["find#1:1", "pay#1:1", "find#2:1", "pay#2:1"]);
    expect(run.state.variables).toEqual({ n: 2 });
    expectFolds(run);
  });

  test("in a loop goes back to the last time round, and no further", () => {
    const run = new ExecutionHarness(
      workflow([
        { ...count, next: "call" },
        call("call", { next: { more: "count", default: "end" } }),
      ]),
      { n: 0 },
    );
    run.end("call", { kind: "ok", output: "more" }).end("call", { kind: "ok", output: "more" });
    run.end("call", refused);

    retry(run, { path: "count#3" });

    expect(run.state.variables).toEqual({ n: 3 });
    expect(started(run)).toEqual(["call#1:1", "call#2:1", "call#3:1", "call#4:1"]);
  });

  test("keeps its cost, gets a new deadline and new steps, and can fail and be retried again", () => {
    const run = new ExecutionHarness(
      workflow([call("pay")], { limits: { timeout: "1h", maxSteps: 1 } }),
    );
    run.end("pay", { ...refused, costNano: 70 });
    run.now += 2 * 3_600_000;

    retry(run).end("pay", { ...refused, costNano: 5 });
    expect(run.state).toMatchObject({ status: "failed", error: { code: "service_rejected" } });
    retry(run).end("pay", { kind: "ok", costNano: 1 });

    expect(run.state).toMatchObject({ status: "completed", spentNano: 76 });
    expect(run.state.reopened).toHaveLength(2);
    expect(run.state.steps.map(({ status }) => status)).toEqual(["failed", "failed", "completed"]);
  });

  test("starts anew what was under way when its time was over, an approval with new cards", () => {
    const ask = {
      id: "ask",
      type: "approval",
      config: { title: "Pay?", approvers: ["U0BOB"] },
      next: { approve: "end", reject: "end" },
    };
    const run = new ExecutionHarness(workflow([ask], { limits: { timeout: "1h" } }));
    run.advance(3_600_000);
    expect(run.state).toMatchObject({ status: "failed", error: { code: "limit_exceeded" } });
    expect(failedPath(run.state)).toBeNull();

    retry(run).vote("U0BOB", "approve");

    expect([...run.state.requests.keys()]).toEqual(["exec_1/ask#1", "exec_1/ask#2"]);
    expect(run.state.status).toBe("completed");
  });

  test("goes on with a step that was cancelled while it ran, in doubt about its effect", () => {
    const run = new ExecutionHarness(workflow([call("pay")]));
    run.signal({ id: "c", kind: "cancel", payload: { by: "U0ALICE" } }).advance(5000);
    expect(run.state.status).toBe("cancelled");

    retry(run);

    expect(started(run)).toEqual(["pay#1:1", "pay#1:2"]);
    expect(run.activeStep("pay").unknownBefore).toBe(true);
    expect(run.state.cancel).toBeNull();
  });

  test("is retried once for each end, and not while it is under way", () => {
    const run = new ExecutionHarness(workflow([call("pay")]));
    run.end("pay", refused);
    retry(run);
    const before = run.state.reopened.length;

    run.signal({ id: "late", kind: "retry", payload: { by: "U0CAROL", path: "pay#1" } });

    expect(run.state.reopened).toHaveLength(before);
    expect(run.log.at(-1)).toMatchObject({ type: "signal_received", signalId: "late" });
  });

  test("is not reopened at a step that it never entered, nor after it completed", () => {
    const run = new ExecutionHarness(workflow([call("pay")]));
    run.end("pay", refused);
    run.signal({ id: "lost", kind: "retry", payload: { by: "U0BOB", path: "ship#1" } });
    expect(run.state.status).toBe("failed");

    const done = new ExecutionHarness(workflow([count]), { n: 1 });
    done.signal({ id: "again", kind: "retry", payload: { by: "U0BOB" } });
    expect(done.state.status).toBe("completed");
  });
});

describe("doubt about an earlier effect", () => {
  const pay = call("pay", { config: { amount: "{{variables.amount}}" } });

  test("is told when changed parameters would do it under a new key", () => {
    const run = new ExecutionHarness(workflow([pay]), { amount: 1 });
    run.end("pay", unknown);
    const event = {
      type: "execution_reopened",
      path: "pay#1",
      by: "U0BOB",
      signalId: "s",
      deadline: NINE + 1e9,
      ended: { status: "failed", at: NINE },
      at: NINE,
    } as const;
    const same = structuredClone(run.log);
    const copy = new ExecutionHarness(run.workflow, { amount: 1 }).take(same.slice(1));

    apply(run.state, { ...event, variables: { amount: 2 } });
    apply(copy.state, event);

    expect(stepsWithUnknownOutcome(run.workflow, run.state, NINE)).toEqual(["pay"]);
    expect(stepsWithUnknownOutcome(copy.workflow, copy.state, NINE)).toEqual([]);
  });

  test("stays with the attempt that goes on under the same key", () => {
    const run = new ExecutionHarness(workflow([pay]), { amount: 1 });
    run.end("pay", unknown);

    retry(run);

    expect(run.activeStep("pay").unknownBefore).toBe(true);
  });
});

test("an event that reopens what runs, or at a step that never ended, is refused as a defect", () => {
  const run = new ExecutionHarness(workflow([call("pay")]));
  const event = {
    type: "execution_reopened",
    by: "U0BOB",
    signalId: "r1",
    deadline: run.state.deadline,
    ended: { status: "failed", at: NINE },
    at: NINE,
  } as const;

  expect(() => apply(run.state, event)).toThrow("only what failed or was cancelled is reopened");
  run.end("pay", refused);
  expect(() => apply(run.state, { ...event, path: "other#1" })).toThrow(
    "other#1 did not end in the root body",
  );
});

test("a step that had completed is done again without doubt", () => {
  const run = new ExecutionHarness(workflow([call("find", { next: "pay" }), call("pay")]));
  run.end("find", { kind: "failed", outcome: "unknown" }).advance(5000);
  run.end("find", { kind: "ok" }).end("pay", refused);
  const state = initialState(run.state.start, run.workflow.first);
  for (const event of run.log) apply(state, event);

  retry(run, { path: "find#1" });

  expect(run.activeStep("find")).toMatchObject({ path: "find#2", unknownBefore: false });
  const reopened = run.log.find(({ type }) => type === "execution_reopened");
  if (reopened) apply(state, reopened);
  expect(stepsWithUnknownOutcome(run.workflow, state, run.now)).toEqual([]);
});

test("a step that was skipped, and perhaps had its effect, is in doubt as one that failed", () => {
  const steps = [call("pay", { onFailure: "skip", next: "tell" }), call("tell")];
  const run = new ExecutionHarness(workflow(steps));
  run.end("pay", unknown).end("tell", refused);

  retry(run, { path: "pay#1" });

  expect(run.activeStep("pay")).toMatchObject({ path: "pay#1", attempt: 2, unknownBefore: true });
  expectFolds(run);
});

test("what can be done again is told by path", () => {
  const run = new ExecutionHarness(workflow([call("find", { next: "pay" }), call("pay")]));
  run.end("find", { kind: "ok" }).end("pay", refused);

  expect(retryPoints(run.state).map(({ path }) => path)).toEqual(["find#1", "pay#1"]);
});
