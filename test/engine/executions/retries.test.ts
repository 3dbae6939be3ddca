import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const paying: JsonObject = {
  id: "paying",
  name: "Paying",
  inputs: { account: { type: "string", required: true }, amount: { type: "number", default: 5 } },
  steps: [
    {
      id: "look",
      type: "transform",
      config: { expression: "variables.amount * 2", outputVariable: "doubled" },
      next: "pay",
    },
    {
      id: "pay",
      type: "service",
      config: {
        service: "http",
        url: "https://bank.example/pay",
        method: "POST",
        body: { account: "{{variables.account}}" },
      },
    },
  ],
};

const BY = { by: "U0BOB", variableForm: "text" } as const;

function rejected(): never {
  throw new AppError({ code: "service_rejected", message: "The bank knows no such account." });
}

/** Answers calls in turn: the first `times` are refused. */
function refusing(times: number) {
  let left = times;
  return () => (left-- > 0 ? rejected() : { status: 200, data: "paid", headers: {} });
}

describe("retrying a run", () => {
  test("goes on with the values that a person gives, converted as at the start", async () => {
    await using harness = await WorkflowHarness.open(paying, { services: refusing(1) });
    const { executionId, status } = await harness.start("paying", { account: "wrong" });
    expect(status).toBe("failed");

    const retried = await harness.engine.executions.retry({
      executionId,
      variables: { account: "right", amount: "7.5" },
      ...BY,
    });

    expect(retried).toEqual({ executionId, reopened: true, fromStep: "pay" });
    const view = await harness.rest(executionId);
    expect(view).toMatchObject({
      status: "completed",
      variables: { account: "right", amount: 7.5 },
      retries: [{ by: "U0BOB", fromStep: "pay" }],
    });
    expect(harness.calls.map(({ params }) => params["body"])).toEqual([
      { account: "wrong" },
      { account: "right" },
    ]);
  });

  test("counts as one run that completed", async () => {
    await using harness = await WorkflowHarness.open(paying, { services: refusing(1) });
    const { executionId } = await harness.start("paying", { account: "x" });
    expect(await harness.engine.costs.metrics("paying")).toMatchObject({ totals: { failed: 1 } });

    await harness.engine.executions.retry({ executionId, ...BY });
    await harness.rest(executionId);

    expect(await harness.engine.costs.metrics("paying")).toMatchObject({
      totals: { started: 1, failed: 0, completed: 1 },
    });
  });

  test("survives the process that accepted it", async () => {
    await using harness = await WorkflowHarness.open(paying, { services: refusing(1) });
    const { executionId } = await harness.start("paying", { account: "x" });
    await harness.engine.stop();

    await harness.engine.executions.retry({ executionId, ...BY });
    await expect(harness.engine.executions.retry({ executionId, ...BY })).rejects.toThrow(
      "is being retried already",
    );
    expect(await harness.engine.executions.get(executionId)).toMatchObject({ status: "failed" });
    await harness.engine.run();

    expect(await harness.rest(executionId)).toMatchObject({
      status: "completed",
      retries: [{ by: "U0BOB" }],
    });
  });

  test("happens once, however many ask at once", async () => {
    await using harness = await WorkflowHarness.open(paying, { services: refusing(1) });
    const { executionId } = await harness.start("paying", { account: "x" });

    const asked = await Promise.allSettled(
      ["U0BOB", "U0CAROL", "U0ALICE"].map((by) =>
        harness.engine.executions.retry({ executionId, by, variableForm: "text" }),
      ),
    );

    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await harness.rest(executionId)).retries).toHaveLength(1);
    expect(harness.calls).toHaveLength(2);
  });

  test("of a completed run starts a new one with the same inputs", async () => {
    await using harness = await WorkflowHarness.open(paying, { services: refusing(0) });
    const first = await harness.start("paying", { account: "same", amount: 3 });

    const again = await harness.engine.executions.retry({
      executionId: first.executionId,
      variables: { amount: "4" },
      ...BY,
    });

    expect(again.reopened).toBe(false);
    expect(again.executionId).not.toBe(first.executionId);
    expect(await harness.rest(again.executionId)).toMatchObject({
      status: "completed",
      variables: { account: "same", amount: 4 },
      trigger: { source: first.executionId, userId: "U0BOB" },
    });
    await expect(
      harness.engine.executions.retry({ executionId: first.executionId, fromStep: "pay", ...BY }),
    ).rejects.toThrow("run again from its beginning");
  });

  test.for([
    ["a value that does not fit", { variables: { amount: "much" } }, /amount: .*not a number/],
    [
      "a variable that it does not have",
      { variables: { amounts: "x" } },
      /no variable "amounts".*"amount"/,
    ],
    ["a step that it did not enter", { fromStep: "pya" }, /cannot be retried from "pya".*"pay"/],
  ] as const)("is refused with %s, and changes nothing", async ([, request, message]) => {
    await using harness = await WorkflowHarness.open(paying, { services: refusing(1) });
    const { executionId } = await harness.start("paying", { account: "x" });

    await expect(
      harness.engine.executions.retry({ executionId, ...request, ...BY }),
    ).rejects.toThrow(message);

    expect(await harness.engine.executions.get(executionId)).toMatchObject({ status: "failed" });
  });

  test("asks a person before it does under a new key what may have happened under the old one", async () => {
    let calls = 0;
    const services = () => {
      calls += 1;
      if (calls > 1) return { status: 200, data: "paid", headers: {} };
      throw new AppError({ code: "service_unavailable", message: "Reset.", outcomeUnknown: true });
    };
    await using harness = await WorkflowHarness.open(paying, { services });
    const { executionId } = await harness.start("paying", { account: "old" });
    const edited = { executionId, variables: { account: "new" }, ...BY };

    await expect(harness.engine.executions.retry(edited)).rejects.toMatchObject({
      code: "effect_in_doubt",
    });
    expect(calls).toBe(1);

    await harness.engine.executions.retry({ ...edited, acceptsDoubt: true });
    expect(await harness.rest(executionId)).toMatchObject({ status: "completed" });
  });
});

describe("retrying many", () => {
  test("takes those that failed since a moment, the oldest first, and tells how many", async () => {
    await using harness = await WorkflowHarness.open(paying, { services: refusing(3) });
    const ids: string[] = [];
    for (const account of ["a", "b", "c"]) {
      ids.push((await harness.start("paying", { account })).executionId);
      await harness.clock.advance(60_000);
    }
    const since = harness.clock.now() - 150_000;
    const request = { workflowId: "paying", since, by: "U0ALICE" };

    expect(await harness.engine.executions.retryAll({ ...request, dryRun: true })).toMatchObject({
      matched: 2,
      retried: [],
    });
    expect(await harness.engine.executions.retryAll({ ...request, dryRun: false })).toEqual({
      matched: 2,
      retried: ids.slice(1),
      refused: [],
    });

    for (const id of ids.slice(1))
      expect(await harness.rest(id)).toMatchObject({ status: "completed" });
    expect(await harness.engine.executions.get(ids[0] ?? "")).toMatchObject({ status: "failed" });
    expect(await harness.engine.executions.retryAll({ ...request, dryRun: true })).toMatchObject({
      matched: 0,
    });
  });
});
