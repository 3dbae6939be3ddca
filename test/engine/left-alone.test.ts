import { describe, expect, test } from "vitest";
import type { ExecutionView } from "../../src/engine/api/executions.ts";
import { AppError } from "../../src/shared/errors.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { settle } from "../support/manual-clock.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";

const leftAlone = (code: "service_breaker_open" | "model_breaker_open") =>
  new AppError({
    code,
    message: "example.com failed 3 times in a row.",
    retryable: true,
    retryAfterMs: 15_000,
  });

const CALL: JsonObject = {
  id: "call",
  type: "service",
  config: { service: "http", action: "request", url: "https://example.com/" },
  retryPolicy: { maxRetries: 2, backoffMs: 1000 },
};

function workflow(...steps: readonly JsonObject[]): JsonObject {
  return { id: "caller", name: "Caller", steps: [...steps] };
}

async function begin({ engine }: WorkflowHarness): Promise<string> {
  const { executionId } = await engine.executions.start({
    workflowId: "caller",
    variables: {},
    variableForm: "json",
    trigger: { type: "api" },
  });
  return executionId;
}

/** How a run stands after so many pauses of 15 seconds. */
async function later(
  { engine, clock }: WorkflowHarness,
  executionId: string,
  pauses: number,
): Promise<ExecutionView> {
  for (let n = 0; n < pauses; n += 1) {
    await settle();
    await clock.advance(15_000);
  }
  await settle();
  return engine.executions.get(executionId);
}

describe("a step whose system is left alone", () => {
  test("waits for it, over many more refusals than it has attempts, and then calls it", async () => {
    let calls = 0;
    await using harness = await WorkflowHarness.open(workflow(CALL), {
      services: () => {
        calls += 1;
        return calls <= 20 ? leftAlone("service_breaker_open") : { status: 200 };
      },
    });
    const executionId = await begin(harness);

    const waiting = await later(harness, executionId, 10);
    expect(waiting).toMatchObject({
      status: "waiting",
      waitingOn: [{ for: "breaker", stepId: "call" }],
    });
    expect(waiting.errors).toMatchObject([{ code: "service_breaker_open" }]);

    const done = await later(harness, executionId, 15);
    expect(done).toMatchObject({ status: "completed", steps: [{ stepId: "call", attempts: 1 }] });
    expect(calls).toBe(21);
  });

  test("takes its other way at once, if its author gave it one", async () => {
    let calls = 0;
    const other = { id: "other", type: "transform", config: { expression: "'by hand'" } };
    const call = { ...CALL, onFailure: "fallback", fallbackStep: "other", next: "end" };
    await using harness = await WorkflowHarness.open(workflow(call, other), {
      services: () => {
        calls += 1;
        return leftAlone("service_breaker_open");
      },
    });
    const executionId = await begin(harness);

    const done = await later(harness, executionId, 0);

    expect(done).toMatchObject({ status: "completed", output: "by hand" });
    expect(calls).toBe(1);
  });

  test("waits for a model just so, and pays for the one call that is made", async () => {
    let calls = 0;
    const judge = {
      id: "judge",
      type: "ai-decision",
      config: { prompt: "Yes?", outputFormat: "boolean" },
      retryPolicy: { maxRetries: 1, backoffMs: 1000 },
    };
    await using harness = await WorkflowHarness.open(workflow(judge), {
      answers: () => {
        calls += 1;
        return calls <= 6 ? leftAlone("model_breaker_open") : true;
      },
    });
    const executionId = await begin(harness);

    const done = await later(harness, executionId, 8);

    expect(done).toMatchObject({ status: "completed", output: true });
    expect(done.steps).toMatchObject([{ attempts: 1 }]);
  });
});
