import { describe, expect, test } from "vitest";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A call, ten minutes of waiting, and an approval that expires after an hour. */
const PATIENT = {
  id: "patient",
  name: "Patient",
  steps: [
    {
      id: "call",
      type: "service",
      config: { service: "slack", channel: "#general", message: "Hello" },
      next: "nap",
    },
    { id: "nap", type: "wait", config: { duration: "10m" }, next: "ask" },
    {
      id: "ask",
      type: "approval",
      config: { title: "Go on?", approvers: ["U0BOB"], timeout: "1h" },
      next: { approve: "end", reject: "end", expired: "end" },
    },
  ],
};

async function started(): Promise<{ harness: WorkflowHarness; executionId: string }> {
  const harness = await WorkflowHarness.open(PATIENT, { pollMs: 5000 });
  const { executionId } = await harness.engine.executions.start({
    workflowId: "patient",
    variables: {},
    variableForm: "json",
    trigger: { type: "api" },
  });
  await settle();
  return { harness, executionId };
}

describe("a clock that is set", () => {
  test("an hour back: a wait ends when the clock comes to its time, and nothing took less than no time", async () => {
    const { harness, executionId } = await started();
    await using _ = harness;

    harness.clock.set(-60 * MINUTE);
    await harness.clock.advance(69 * MINUTE);
    expect(await harness.engine.executions.get(executionId)).toMatchObject({ currentStep: "nap" });
    await harness.clock.advance(MINUTE);
    const asked = await harness.engine.executions.get(executionId);
    expect(asked).toMatchObject({ status: "waiting", currentStep: "ask" });

    harness.clock.set(-DAY);
    const ended = await harness.decide(executionId, "U0BOB", "approve");
    expect(ended).toMatchObject({ status: "completed", totalDuration: 0 });
    expect(ended.steps.map(({ stepId, duration }) => [stepId, duration])).toEqual([
      ["call", 0],
      ["nap", 10 * MINUTE],
      ["ask", 0],
    ]);
    const { totals } = await harness.engine.costs.metrics("patient");
    expect(totals).toMatchObject({ completed: 1, durationMs: 0 });
  });

  test("a day forward: what was due meanwhile happens at once, each thing once", async () => {
    const { harness, executionId } = await started();
    await using _ = harness;

    harness.clock.set(DAY);
    await harness.clock.advance(5000);
    expect(await harness.engine.executions.get(executionId)).toMatchObject({ currentStep: "ask" });
    harness.clock.set(DAY);
    await harness.clock.advance(5000);

    const ended = await harness.engine.executions.get(executionId);
    expect(ended).toMatchObject({ status: "completed", output: { decision: "expired" } });
    expect(harness.calls).toHaveLength(1);
  });

  test("back while a process is dead: what it had under way is begun again all the same", () => {
    const run = new ExecutionHarness(workflow([{ id: "pay", type: "scripted" }]));

    for (let death = 0; death < 2; death += 1) {
      run.now -= DAY;
      run.take([{ type: "execution_claimed", epoch: run.state.epoch + 1, worker: "next" }]);
      expect(run.activeStep("pay").epoch).toBe(run.state.epoch);
    }
  });
});
