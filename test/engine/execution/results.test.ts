import { describe, expect, test } from "vitest";
import type { AttemptResult } from "../../../src/engine/definition/step-type.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

const script = (id: string, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "scripted",
  ...rest,
});
const MINUTE = 60_000;
const ok = (output: number): AttemptResult => ({ kind: "ok", output, costNano: 0 });

describe("the result of an attempt", () => {
  test("keeps what the model said besides its answer, what it used and what it cost", () => {
    const run = new ExecutionHarness(workflow([script("ask", { next: "after" }), script("after")]));

    run.end("ask", {
      kind: "failed",
      costNano: 100,
      usage: { promptTokens: 5, completionTokens: 1 },
    });
    run.advance(5000).end("ask", {
      kind: "ok",
      output: "high",
      rawOutput: "High!",
      reason: "The customer waits.",
      confidence: 0,
      costNano: 400,
      usage: { promptTokens: 10, completionTokens: 2 },
      charges: [
        {
          model: "small",
          calls: 1,
          costNano: 400,
          unknown: 0,
          promptTokens: 10,
          completionTokens: 2,
        },
      ],
    });

    expect(run.state.frames.get("")?.results["ask"]).toMatchObject({
      status: "completed",
      rawOutput: "High!",
      reason: "The customer waits.",
      confidence: 0,
      cost: 500e-9,
      tokenUsage: { promptTokens: 15, completionTokens: 3 },
      attempts: 2,
      nextStep: "after",
      startedAt: "2026-11-23T09:00:00.000Z",
      completedAt: "2026-11-23T09:00:05.000Z",
      durationMs: 5000,
    });
    expect(run.state.steps).toMatchObject([
      { path: "ask#1", attempts: 2, costNano: 500, costUnknown: false, status: "completed" },
    ]);
    expect(run.log.find(({ type }) => type === "step_completed")).toHaveProperty("charges");
  });

  test("has no price if that of one try is unknown", () => {
    const run = new ExecutionHarness(workflow([script("ask")]));

    run.end("ask", { kind: "failed", costUnknown: true }).advance(5000);
    run.end("ask", { kind: "ok", costNano: 400 });

    expect(run.state.frames.get("")?.results["ask"]).toMatchObject({ cost: null, nextStep: "end" });
    expect(run.state.steps).toMatchObject([{ costNano: 400, costUnknown: true }]);
    expect(run.state.frames.get("")?.results["ask"]).not.toHaveProperty("tokenUsage");
  });

  test("of another attempt or another worker than the one under way changes nothing, and costs nothing tells nothing", () => {
    const run = new ExecutionHarness(workflow([script("ask")]));
    run.end("ask", { kind: "failed" }).advance(5000);
    expect(run.activeStep("ask").attempt).toBe(2);
    const before = run.log.length;

    run.endAt({ path: "ask#1", attempt: 1, epoch: 1, result: ok(1) });
    run.endAt({ path: "ask#1", attempt: 2, epoch: 0, result: ok(2) });
    run.endAt({ path: "ask#9", attempt: 1, epoch: 1, result: ok(3) });

    expect(run.log).toHaveLength(before);
    expect(run.activeStep("ask").phase).toBe("running");
    run.endAt({ path: "ask#1", attempt: 1, epoch: 1, result: { ...ok(1), costUnknown: true } });
    expect(run.log.at(-1)).toMatchObject({ type: "late_result", attempt: 1, costUnknown: true });
  });

  test("that comes while the retry waits is late as well", () => {
    const run = new ExecutionHarness(workflow([script("ask")]));
    run.end("ask", { kind: "failed" });

    run.endAt({ path: "ask#1", attempt: 1, epoch: 1, result: ok(1) });

    expect(run.activeStep("ask").phase).toBe("retrying");
  });

  test("that failed is told with the attempt; a fallback names the step to go to", () => {
    const run = new ExecutionHarness(
      workflow([
        script("ask", { onFailure: "fallback", fallbackStep: "b", next: "end" }),
        script("b"),
      ]),
    );
    const error = { code: "x", message: "No.", retryable: false };

    run.end("ask", { kind: "failed", error });

    expect(run.state.frames.get("")?.results["ask"]).toMatchObject({ nextStep: "b", output: null });
    expect(run.state.errors).toMatchObject([{ path: "ask#1", stepId: "ask", attempt: 1, error }]);
    expect(run.state.frames.get("")?.failure).toBeNull();
  });

  test.for([
    ["as long as its backoff says", "1h", undefined, 60, 75],
    ["as long as the other side asks", "1s", 120 * MINUTE, 120, 120],
    ["as long as its backoff, if the other side asks for less", "1h", MINUTE, 60, 75],
  ] as const)("waits %s before it is tried again", ([, backoffMs, retryAfterMs, least, most]) => {
    const policy = { retryPolicy: { maxRetries: 3, backoffMs } };
    const run = new ExecutionHarness(workflow([script("ask", policy)]));
    const error = { code: "x", message: "Busy.", retryable: true };

    for (const _ of ["first", "second"]) {
      const failed = { kind: "failed", error } as const;
      run.end("ask", retryAfterMs === undefined ? failed : { ...failed, retryAfterMs });
      const pause = (run.activeStep("ask").due ?? 0) - run.now;
      expect(pause).toBeGreaterThanOrEqual(least * MINUTE);
      expect(pause).toBeLessThanOrEqual(most * MINUTE);
      run.advance(pause);
    }
  });

  test("waits twice as long each time, up to a quarter of an hour", () => {
    const policy = { retryPolicy: { maxRetries: 5, backoffMs: "4m" } };
    const run = new ExecutionHarness(workflow([script("ask", policy)]));
    const error = { code: "x", message: "Busy.", retryable: true };

    for (const minutes of [4, 8, 15, 15]) {
      run.end("ask", { kind: "failed", error });
      const pause = (run.activeStep("ask").due ?? 0) - run.now;
      expect(pause).toBeGreaterThanOrEqual(minutes * MINUTE);
      expect(pause).toBeLessThanOrEqual(minutes * 1.25 * MINUTE);
      run.advance(pause);
    }
  });

  test.each([
    ["budget_exhausted", "The month is over budget."],
    ["slack_limited", "More messages wait for this channel."],
  ])(
    "that was not tried at all (%s) is tried again when it says so, is told once and counts as no try",
    (code, message) => {
      const run = new ExecutionHarness(
        workflow([script("ask", { retryPolicy: { maxRetries: 2 } })]),
      );
      const error = { code, message, retryable: true };

      for (let look = 0; look < 5; look += 1) {
        run.end("ask", { kind: "failed", error, retryAfterMs: 60_000 });
        expect(run.activeStep("ask").due).toBe(run.now + 60_000);
        run.advance(60_000);
      }
      expect(run.state.errors).toHaveLength(1);
      run.end("ask", { kind: "failed" }).advance(5000).end("ask", { kind: "failed" });

      expect(run.state.status).toBe("failed");
      expect(run.state.errors).toHaveLength(3);
    },
  );

  test("that was not tried between two failures leaves the count of its tries as it is", () => {
    const run = new ExecutionHarness(workflow([script("ask", { retryPolicy: { maxRetries: 2 } })]));
    const error = { code: "slack_limited", message: "More messages wait.", retryable: true };
    run.end("ask", { kind: "failed" }).advance(5000);
    for (let look = 0; look < 3; look += 1)
      run.end("ask", { kind: "failed", error, retryAfterMs: 1000 }).advance(1000);

    run.end("ask", { kind: "failed" });

    expect(run.state.status).toBe("failed");
    expect(run.state.steps).toMatchObject([{ stepId: "ask", attempts: 2 }]);
    const errors = run.state.errors.map(({ attempt, error: { code } }) => [attempt, code]);
    expect(errors).toEqual([
      [1, "service_unavailable"],
      [2, "slack_limited"],
      [2, "service_unavailable"],
    ]);
  });

  test("of which nobody knows whether it had its effect leaves its failure in doubt", () => {
    const error = { code: "step_timeout", message: "Silence.", retryable: false };
    const run = new ExecutionHarness(workflow([script("pay")]));
    run.end("pay", { kind: "failed", outcome: "unknown", error });
    expect(run.log).toContainEqual(
      expect.objectContaining({ type: "step_failed", outcomeUnknown: true }),
    );

    run.signal({ id: "r1", kind: "retry", payload: { path: "pay#1" } });

    expect(run.activeStep("pay").unknownBefore).toBe(true);
    expect(run.state.reopened).toMatchObject([{ by: "unknown", path: "pay#1", asked: null }]);
  });

  test("that failed for sure leaves no doubt", () => {
    const error = { code: "x", message: "No.", retryable: false };
    const run = new ExecutionHarness(workflow([script("pay")])).end("pay", {
      kind: "failed",
      error,
    });
    expect(run.log.find(({ type }) => type === "step_failed")).not.toHaveProperty("outcomeUnknown");

    run.signal({ id: "r1", kind: "retry", payload: { by: "U0BOB", path: "pay#1" } });

    expect(run.activeStep("pay").unknownBefore).toBe(false);
  });

  test("begins again without what it held before", () => {
    const run = new ExecutionHarness(workflow([script("ask", { config: { reserveNano: 500 } })]));

    run.end("ask", { kind: "failed", costNano: 100 });
    expect(run.state).toMatchObject({ reservedNano: 0, spentNano: 100 });
    run.advance(5000);

    expect(run.state.reservedNano).toBe(500);
    expect(run.activeStep("ask")).toMatchObject({
      attempt: 2,
      recoveries: 0,
      unknownBefore: false,
    });
  });
});

describe("a signal", () => {
  const failing = (): ExecutionHarness =>
    new ExecutionHarness(workflow([script("pay", { config: { n: "{{variables.n}}" } })]), {
      n: 1,
    }).end("pay", {
      kind: "failed",
      error: { code: "x", message: "No.", retryable: false },
    });

  test("to retry brings variables, who wants it, and under which key it was asked", () => {
    const run = failing().advance(60_000);
    const payload = { by: "U0BOB", path: "pay#1", variables: { n: 2 }, key: "k", bodyHash: "h" };

    run.signal({ id: "r1", kind: "retry", payload });

    expect(run.activeStep("pay").params).toEqual({ n: 2 });
    expect(run.state.reopened).toMatchObject([{ by: "U0BOB", asked: { key: "k", bodyHash: "h" } }]);
    expect(run.log.find(({ type }) => type === "execution_reopened")).toMatchObject({
      ended: { status: "failed", at: run.now - 60_000 },
      deadline: run.now + 30 * 86_400_000,
    });
  });

  test("to cancel what is over, and one of no use, are noted and change nothing", () => {
    const run = failing();
    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0EVE" } });
    run.signal({ id: "m1", kind: "migrate", payload: { version: 2 } });
    run.signal({ id: "d1", kind: "decision", payload: { requestId: "none", choice: "approve" } });

    expect(run.types().slice(-3)).toEqual([
      "signal_received",
      "signal_received",
      "signal_received",
    ]);
    expect([...run.state.seen]).toEqual(["c1", "m1", "d1"]);
    expect(run.state).toMatchObject({ status: "failed", cancel: null });
  });

  test("to cancel without a name says that nobody knows who it was; the first one counts", () => {
    const run = new ExecutionHarness(workflow([script("slow")]));

    run.signal({ id: "c1", kind: "cancel", payload: {} });
    run.advance(1000).signal({ id: "c2", kind: "cancel", payload: { by: "U0EVE" } });

    expect(run.state.cancel).toEqual({ by: "unknown", at: run.now - 1000 });
  });

  test("that a slot may be free is only a call to look", () => {
    const run = new ExecutionHarness(workflow([script("slow")]));
    const before = run.log.length;

    run.signal({ id: "s1", kind: "slot", payload: {} });

    expect(run.log).toHaveLength(before);
  });
});

describe("a decision", () => {
  const ask = (config: JsonObject = {}): ExecutionHarness =>
    new ExecutionHarness(
      workflow([
        {
          id: "ask",
          type: "approval",
          config: { title: "Pay?", approvers: ["U0BOB", "U0CAROL"], ...config },
          next: { approve: "end", reject: "end" },
        },
      ]),
    );

  test("carries its comment", () => {
    const run = ask();
    const [requestId = ""] = run.state.openRequests;
    const payload = { requestId, choice: "approve", by: "U0BOB", comment: "Fine." };

    run.signal({ id: "v1", kind: "decision", payload });

    expect(run.output("ask")).toMatchObject({ comment: "Fine." });
    expect([...run.state.requests.values()][0]?.outcome?.decision).toBe("approve");
    expect(run.state.openRequests.size).toBe(0);
  });

  test("of somebody who has voted is refused though it comes under another name", () => {
    const run = ask({ required: 2 });
    const [requestId = ""] = run.state.openRequests;
    for (const id of ["v1", "v2"]) {
      run.signal({ id, kind: "decision", payload: { requestId, choice: "approve", by: "U0BOB" } });
    }

    expect(run.log.at(-1)).toMatchObject({ type: "decision_refused", reason: "already_voted" });
    expect(run.state.seen.has("v2")).toBe(true);
  });
});
