import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../../support/execution-harness.ts";

const script = (id: string, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "scripted",
  ...rest,
});
const steps = [script("pay", { next: "after" }), script("after")];
const lost = {
  kind: "failed",
  outcome: "unknown",
  asks: true,
  error: { code: "outcome_unknown", message: "The line broke after sending.", retryable: false },
} as const;

describe("a step of which nobody knows whether it had its effect", () => {
  test("waits for the run's owner, and nothing else is done", () => {
    const run = new ExecutionHarness(workflow(steps)).end("pay", lost).advance(86_400_000);

    expect(run.state).toMatchObject({ status: "waiting" });
    expect(run.activeStep("pay")).toMatchObject({ waitingOn: "person", attempt: 1 });
    const [request] = run.state.requests.values();
    expect(request?.opened).toMatchObject({
      approvers: ["U0ALICE"],
      excluded: [],
      message: "The line broke after sending.",
      doubt: { stepId: "pay", attempt: 1 },
    });
  });

  test("is done when the owner says that it happened", () => {
    const run = new ExecutionHarness(workflow(steps)).end("pay", lost).vote("U0ALICE", "happened");

    expect(run.output("pay")).toMatchObject({ confirmedBy: "U0ALICE" });
    expect(run.activeStep("after").phase).toBe("running");
    expect([...run.state.requests.values()][0]?.outcome?.decision).toBe("happened");
  });

  test("is done again without doubt, under the same key, when the owner says so", () => {
    const run = new ExecutionHarness(workflow(steps)).end("pay", lost).vote("U0ALICE", "again");

    expect(run.activeStep("pay")).toMatchObject({
      phase: "running",
      attempt: 2,
      unknownBefore: false,
      key: "exec_1/pay#1",
    });
  });

  test("is asked about again when the next try is lost as well", () => {
    const run = new ExecutionHarness(workflow(steps)).end("pay", lost).vote("U0ALICE", "again");

    run.end("pay", lost).vote("U0ALICE", "happened");

    expect([...run.state.requests.keys()]).toEqual([
      "exec_1/pay#1:doubt:1",
      "exec_1/pay#1:doubt:2",
    ]);
    expect(run.activeStep("after").phase).toBe("running");
  });

  test("fails by onFailure when the owner says so", () => {
    const falls = [
      script("pay", { onFailure: "fallback", fallbackStep: "other" }),
      script("other"),
    ];
    const run = new ExecutionHarness(workflow(falls)).end("pay", lost).vote("U0ALICE", "fail");

    expect(run.activeStep("other").phase).toBe("running");
    expect(run.state.steps[0]).toMatchObject({ stepId: "pay", status: "failed" });
  });

  test("is charged and told with its error, whatever the owner says", () => {
    const run = new ExecutionHarness(workflow(steps)).end("pay", { ...lost, costNano: 700 });

    expect(run.state).toMatchObject({
      spentNano: 700,
      errors: [{ stepId: "pay", attempt: 1, error: { code: "outcome_unknown" } }],
    });
  });

  test.for(["cancelled", "failed"])("stays in doubt when the run is %s and retried", (end) => {
    const run = new ExecutionHarness(workflow(steps)).end("pay", lost);
    if (end === "failed") run.vote("U0ALICE", "fail");
    else run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } });
    expect(run.state.status).toBe(end);

    run.signal({ id: "r1", kind: "retry", payload: { by: "U0ALICE", path: "pay#1" } });

    expect(run.activeStep("pay")).toMatchObject({ path: "pay#1", attempt: 2, unknownBefore: true });
  });

  test("keeps its question when the process dies, and asks nothing twice", () => {
    const run = new ExecutionHarness(workflow(steps)).end("pay", lost);

    run.take([{ type: "execution_claimed", epoch: 2, worker: "next" }]);

    expect(run.state.openRequests.size).toBe(1);
    expect(run.activeStep("pay").waitingOn).toBe("person");
  });

  test("fails at once where nobody owns the run, or it is being cancelled", () => {
    const unowned = new ExecutionHarness(workflow(steps), {}, undefined);
    Reflect.deleteProperty(unowned.state.start.trigger, "userId");
    expect(unowned.end("pay", lost).state).toMatchObject({
      status: "failed",
      error: { code: "outcome_unknown" },
    });
    const cancelled = new ExecutionHarness(workflow(steps));
    cancelled.signal({ id: "c", kind: "cancel", payload: { by: "U0ALICE" } }).end("pay", lost);
    expect(cancelled.state.status).toBe("cancelled");
  });
});
