import { describe, expect, test } from "vitest";
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

describe("a run that a released step started, and that failed", () => {
  const inputs: JsonObject = { amount: { type: "number" } };
  const start = (id: string, workflowId: string, wait: boolean): JsonObject => ({
    id,
    type: "workflow",
    config: { workflowId, wait, variables: { amount: "{{variables.amount}}" } },
  });
  const ok: JsonObject = {
    id: "ok",
    type: "approval",
    config: { title: "Pay {{variables.amount}}?", approvers: ["@finance"] },
    next: { approve: "child", reject: "end" },
  };

  /** An approval, a run that it releases, one that this starts, and there the payment. */
  async function open(broken: Set<string>, wait: boolean): Promise<WorkflowHarness> {
    const pay = [post("pay", { amount: "{{variables.amount}}" })];
    const harness = await WorkflowHarness.open(flow("payment", pay, { inputs }), {
      services: bank(broken),
      admins: ["U0ALICE"],
    });
    const { workflows } = harness.engine;
    const middle = [start("inner", "payment", true)];
    await workflows.deploy(flow("middle", middle, { inputs }), { by: "test" });
    const tell = post("receipt", {});
    const parent = [ok, { ...start("child", "middle", wait), next: "receipt" }, tell];
    await workflows.deploy(flow("parent", parent, { inputs }), { by: "test" });
    return harness;
  }

  const runOf = async ({ engine }: WorkflowHarness, workflowId: string) =>
    (await engine.executions.list({ workflowId })).executions.at(-1)?.executionId ?? "";

  test("is not continued beside the one that took its place", async () => {
    const broken = new Set(["pay"]);
    await using harness = await open(broken, true);
    const { executionId } = await harness.start("parent", { amount: 10 });
    await harness.decide(executionId, "U0BOB", "approve");
    const former = await Promise.all(["middle", "payment"].map((id) => runOf(harness, id)));
    broken.clear();
    await retryAsAlice(harness, executionId, { variables: { amount: "99" } });
    await harness.rest(executionId);

    for (const run of former)
      await expect(retryAsAlice(harness, run)).rejects.toMatchObject({ code: "not_allowed" });
    await harness.decide(executionId, "U0CAROL", "approve");
    for (const run of former)
      await expect(retryAsAlice(harness, run)).rejects.toMatchObject({ code: "not_allowed" });

    expect(payments(harness)).toBe(2);
  });

  test("is continued where the step that started it was left as it is", async () => {
    const broken = new Set(["pay", "receipt"]);
    await using harness = await open(broken, false);
    const { executionId } = await harness.start("parent", { amount: 10 });
    await harness.decide(executionId, "U0BOB", "approve");
    const child = await runOf(harness, "middle");
    await harness.rest(child);
    broken.clear();
    await retryAsAlice(harness, executionId);

    await retryAsAlice(harness, child);

    expect(await harness.rest(child)).toMatchObject({ status: "completed" });
    expect(payments(harness)).toBe(2);
  });
});
