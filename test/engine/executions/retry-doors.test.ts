import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { refused } from "../../support/recording-services.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const post = (id: string, body: JsonObject, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "service",
  config: { service: "http", url: `https://bank.example/${id}`, method: "POST", body },
  ...rest,
});

const flow = (id: string, steps: Json, rest: JsonObject = {}): JsonObject => ({
  id,
  name: id,
  steps,
  ...rest,
});

/** Refuses calls of these steps for as long as they are in the set. */
function bank(broken: Set<string>) {
  return (_name: string, { url }: JsonObject) => {
    const step = typeof url === "string" ? url.split("/").at(-1) : undefined;
    return broken.has(step ?? "") ? refused() : { status: 200, data: "done", headers: {} };
  };
}

const payments = ({ calls }: WorkflowHarness) =>
  calls.filter(({ params }) => params["url"] === "https://bank.example/pay").length;

const retryAsAlice = (harness: WorkflowHarness, executionId: string, rest = {}) =>
  harness.engine.executions.retry({ executionId, by: "U0ALICE", variableForm: "text", ...rest });

test("an approval that comes only after a payment does not let it be repeated", async () => {
  const choices = ["fine", "again"].map((id) => ({ id, label: id }));
  const config = { title: "Paid. Once more?", approvers: ["@finance"], choices };
  await using harness = await WorkflowHarness.open(
    flow("loop", [
      post("pay", {}, { next: "ok" }),
      { id: "ok", type: "approval", config, next: { fine: "end", again: "pay" } },
    ]),
    { services: bank(new Set()) },
  );
  const { executionId } = await harness.start("loop", {});
  await harness.decide(executionId, "U0BOB", "again");
  await harness.engine.executions.cancel(executionId, "U0ALICE");
  await harness.rest(executionId);

  await expect(retryAsAlice(harness, executionId, { fromStep: "pay#1" })).rejects.toMatchObject({
    code: "effect_done",
  });

  expect(payments(harness)).toBe(2);
});

test("an approval that the way may pass by does not let a payment be repeated", async () => {
  const broken = new Set(["receipt"]);
  await using harness = await WorkflowHarness.open(
    flow("two-ways", [
      {
        id: "which",
        type: "transform",
        config: { expression: "true" },
        next: { true: "ok", default: "pay" },
      },
      {
        id: "ok",
        type: "approval",
        config: { title: "Pay?", approvers: ["@finance"] },
        next: { approve: "pay", reject: "end" },
      },
      post("pay", {}, { next: "receipt" }),
      post("receipt", {}),
    ]),
    { services: bank(broken) },
  );
  const { executionId } = await harness.start("two-ways", {});
  await harness.decide(executionId, "U0BOB", "approve");

  await expect(retryAsAlice(harness, executionId, { fromStep: "which" })).rejects.toMatchObject({
    code: "effect_done",
  });
  await retryAsAlice(harness, executionId, { fromStep: "ok" });

  expect(await harness.rest(executionId)).toMatchObject({ waitingOn: [{ for: "approval" }] });
});

test("a run that a failed sub-workflow had started, and did not wait for, is not started twice", async () => {
  const broken = new Set(["receipt"]);
  await using harness = await WorkflowHarness.open(flow("payment", [post("pay", {})]), {
    services: bank(broken),
  });
  const { workflows } = harness.engine;
  const start = { workflowId: "payment", wait: false };
  const middle = [
    { id: "go", type: "workflow", config: start, next: "receipt" },
    post("receipt", {}),
  ];
  await workflows.deploy(flow("middle", middle), { by: "test" });
  const child = { id: "child", type: "workflow", config: { workflowId: "middle" } };
  await workflows.deploy(flow("parent", [child]), { by: "test" });
  const { executionId } = await harness.start("parent", {});

  await expect(retryAsAlice(harness, executionId)).rejects.toMatchObject({
    code: "effect_done",
    message: expect.stringContaining("Starts the workflow payment"),
  });
});

test("an amount that a model computes by a named prompt is asked for when a value changes", async () => {
  const broken = new Set(["pay"]);
  const quote = { promptRef: "tax", outputFormat: "number", outputVariable: "total" };
  await using harness = await WorkflowHarness.open(
    flow(
      "taxed",
      [
        {
          id: "ok",
          type: "approval",
          config: { title: "Pay?", approvers: ["@finance"] },
          next: { approve: "quote", reject: "end" },
        },
        { id: "quote", type: "ai-decision", config: quote, next: "pay" },
        post("pay", { total: "{{variables.total}}" }),
      ],
      { inputs: { amount: { type: "number" } } },
    ),
    {
      services: bank(broken),
      prompts: { tax: "What is {{variables.amount}} with tax?" },
      answers: () => ({ value: 11, reason: "10 %", confidence: 1 }),
    },
  );
  const { executionId } = await harness.start("taxed", { amount: 10 });
  await harness.decide(executionId, "U0BOB", "approve");
  broken.clear();

  await retryAsAlice(harness, executionId, { fromStep: "quote", variables: { amount: "20000" } });

  expect(await harness.rest(executionId)).toMatchObject({ waitingOn: [{ for: "approval" }] });
  expect(payments(harness)).toBe(1);
});
