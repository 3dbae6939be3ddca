import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { refused } from "../../support/recording-services.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const post = (id: string, body: JsonObject, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "service",
  config: { service: "http", url: `https://bank.example/${id}`, method: "POST", body },
  ...rest,
});

/** A workflow that takes an amount. */
const withAmount = (id: string, steps: readonly JsonObject[]): JsonObject => ({
  id,
  name: id,
  inputs: { amount: { type: "number", required: true } },
  steps: [...steps],
});

/** Finance is asked whether to pay. */
const askFinance = (approve: string): JsonObject => ({
  id: "ok",
  type: "approval",
  config: { title: "Pay {{variables.amount}}?", approvers: ["@finance"] },
  next: { approve, reject: "end" },
});

const expenses = withAmount("expenses", [
  askFinance("quote"),
  {
    id: "quote",
    type: "transform",
    config: { expression: "variables.amount + 1", outputVariable: "total" },
    next: "pay",
  },
  post("pay", { amount: "{{variables.amount}}" }, { next: "receipt" }),
  post("receipt", { total: "{{variables.total}}" }),
]);

/** Refuses calls to these addresses for as long as they are in the set. */
function bank(broken: Set<string>) {
  return (_name: string, params: JsonObject) => {
    const { url } = params;
    const step = typeof url === "string" ? url.split("/").at(-1) : undefined;
    return broken.has(step ?? "") ? refused() : { status: 200, data: "done", headers: {} };
  };
}

const paid = (harness: WorkflowHarness) =>
  harness.calls
    .filter(({ params }) => params["url"] === "https://bank.example/pay")
    .map(({ params }) => params["body"]);

const retryAs = (harness: WorkflowHarness, executionId: string, by: string, rest = {}) =>
  harness.engine.executions.retry({ executionId, by, variableForm: "text", ...rest });

describe("a run that was approved and is retried", () => {
  test("with another amount asks again, and pays what was approved last", async () => {
    const broken = new Set(["pay"]);
    await using harness = await WorkflowHarness.open(expenses, { services: bank(broken) });
    const { executionId } = await harness.start("expenses", { amount: 10 });
    expect(await harness.decide(executionId, "U0BOB", "approve")).toMatchObject({
      status: "failed",
    });
    broken.clear();

    await retryAs(harness, executionId, "U0ALICE", { variables: { amount: "20000" } });

    const asking = await harness.rest(executionId);
    expect(asking).toMatchObject({ status: "waiting", waitingOn: [{ for: "approval" }] });
    expect(asking.requests.at(-1)?.opened).toMatchObject({
      title: "Pay 20000?",
      round: 2,
      renews: { changed: [{ before: "10", after: "20000" }] },
    });
    expect(paid(harness)).toEqual([{ amount: 10 }]);
    expect(await harness.decide(executionId, "U0CAROL", "approve")).toMatchObject({
      status: "completed",
    });
    expect(paid(harness)).toEqual([{ amount: 10 }, { amount: 20_000 }]);
  });

  test("survives the process that asked again", async () => {
    const broken = new Set(["pay"]);
    await using harness = await WorkflowHarness.open(expenses, { services: bank(broken) });
    const { executionId } = await harness.start("expenses", { amount: 10 });
    await harness.decide(executionId, "U0BOB", "approve");
    broken.clear();
    await retryAs(harness, executionId, "U0ALICE", { variables: { amount: "20000" } });
    await harness.rest(executionId);

    await harness.restart();
    await harness.decide(executionId, "U0CAROL", "reject");

    expect(await harness.engine.executions.get(executionId)).toMatchObject({ status: "completed" });
    expect(paid(harness)).toEqual([{ amount: 10 }]);
  });

  test("keeps what its steps wrote, whatever a member says", async () => {
    const broken = new Set(["receipt"]);
    const options = { services: bank(broken), admins: [] };
    await using harness = await WorkflowHarness.open(expenses, options);
    const { executionId } = await harness.start("expenses", { amount: 10 });
    await harness.decide(executionId, "U0BOB", "approve");

    await expect(
      retryAs(harness, executionId, "U0ALICE", { variables: { total: "99999" } }),
    ).rejects.toMatchObject({
      code: "not_allowed",
      message: expect.stringMatching(/"total" is not an input.*only an admin.*change amount/),
    });
  });

  test("asks again when an admin changes what a step wrote", async () => {
    const broken = new Set(["receipt"]);
    await using harness = await WorkflowHarness.open(expenses, {
      services: bank(broken),
      admins: ["U0DAVE"],
    });
    const { executionId } = await harness.start("expenses", { amount: 10 });
    await harness.decide(executionId, "U0BOB", "approve");
    broken.clear();

    await retryAs(harness, executionId, "U0DAVE", { variables: { total: "99999" } });

    expect((await harness.rest(executionId)).requests.at(-1)?.opened.renews?.changed).toEqual([
      { what: "variables.total (changed by <@U0DAVE>)", before: "11", after: "99999" },
    ]);
  });

  test("does not pay twice, unless an admin names the payment", async () => {
    const broken = new Set(["receipt"]);
    await using harness = await WorkflowHarness.open(expenses, {
      services: bank(broken),
      admins: ["U0DAVE"],
    });
    const { executionId } = await harness.start("expenses", { amount: 10 });
    await harness.decide(executionId, "U0BOB", "approve");
    broken.clear();

    for (const fromStep of ["pay", "quote"])
      await expect(
        retryAs(harness, executionId, "U0ALICE", { fromStep, again: ["pay"] }),
      ).rejects.toMatchObject({
        code: "effect_done",
        message: expect.stringContaining('Sends POST https://bank.example/pay with {"amount":10}'),
      });
    await expect(
      retryAs(harness, executionId, "U0DAVE", { fromStep: "pay" }),
    ).rejects.toMatchObject({ code: "effect_done" });

    await retryAs(harness, executionId, "U0DAVE", { fromStep: "pay", again: ["pay"] });

    expect(await harness.rest(executionId)).toMatchObject({
      status: "completed",
      retries: [{ by: "U0DAVE", again: ["pay"] }],
    });
    expect(paid(harness)).toHaveLength(2);
    const { records } = await harness.engine.audit.list({ executionId, limit: 100 }, "U0DAVE");
    expect(records.filter(({ action }) => action === "retry")).toMatchObject([
      { actor: "U0DAVE", detail: { fromStep: "pay", again: ["pay"] } },
    ]);
  });

  test("may go back to before its approval: then that is asked once more", async () => {
    const broken = new Set(["receipt"]);
    await using harness = await WorkflowHarness.open(expenses, { services: bank(broken) });
    const { executionId } = await harness.start("expenses", { amount: 10 });
    await harness.decide(executionId, "U0BOB", "approve");
    broken.clear();

    await retryAs(harness, executionId, "U0ALICE", { fromStep: "ok" });

    expect(await harness.rest(executionId)).toMatchObject({ waitingOn: [{ for: "approval" }] });
    expect(paid(harness)).toHaveLength(1);
  });

  test("that completed is started anew, and asks", async () => {
    await using harness = await WorkflowHarness.open(expenses, { services: bank(new Set()) });
    const { executionId } = await harness.start("expenses", { amount: 10 });
    await harness.decide(executionId, "U0BOB", "approve");

    const again = await retryAs(harness, executionId, "U0ALICE", { variables: { amount: "500" } });

    expect(await harness.rest(again.executionId)).toMatchObject({ status: "waiting" });
    expect(paid(harness)).toEqual([{ amount: 10 }]);
  });
});

describe("a run that an approved step started", () => {
  const parent = withAmount("parent", [
    askFinance("child"),
    {
      id: "child",
      type: "workflow",
      config: {
        workflowId: "payment",
        variables: { amount: "{{variables.amount}}" },
        wait: false,
      },
    },
  ]);
  const payment = withAmount("payment", [post("pay", { amount: "{{variables.amount}}" })]);

  test("keeps the values that were approved, and is retried with those", async () => {
    const broken = new Set(["pay"]);
    await using harness = await WorkflowHarness.open(payment, {
      services: bank(broken),
      admins: ["U0DAVE"],
    });
    await harness.engine.workflows.deploy(parent, { by: "test" });
    const { executionId } = await harness.start("parent", { amount: 10 });
    await harness.decide(executionId, "U0BOB", "approve");
    const { executions } = await harness.engine.executions.list({ workflowId: "payment" });
    const child = executions[0]?.executionId ?? "";
    expect(await harness.rest(child)).toMatchObject({ status: "failed" });
    broken.clear();

    for (const by of ["U0ALICE", "U0DAVE"])
      await expect(
        retryAs(harness, child, by, { variables: { amount: "20000" } }),
      ).rejects.toMatchObject({
        code: "not_allowed",
        message: expect.stringContaining(executionId),
      });
    await retryAs(harness, child, "U0ALICE");

    expect(await harness.rest(child)).toMatchObject({ status: "completed" });
    expect(paid(harness)).toEqual([{ amount: 10 }, { amount: 10 }]);
  });
});

describe("a run that goes on with another version after its approval", () => {
  test("asks again, since what the steps do may be another thing", async () => {
    const steps = (body: JsonObject): JsonObject => ({
      ...expenses,
      steps: [
        {
          id: "ok",
          type: "approval",
          config: { title: "Pay?", approvers: ["@finance"] },
          next: { approve: "later", reject: "end" },
        },
        { id: "later", type: "wait", config: { duration: "1h" }, next: "pay" },
        post("pay", body),
      ],
    });
    await using harness = await WorkflowHarness.open(steps({ amount: "{{variables.amount}}" }), {
      services: bank(new Set()),
    });
    const started = await harness.engine.executions.start({
      workflowId: "expenses",
      variables: { amount: 10 },
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE" },
    });
    const { executionId } = started;
    const { requests } = await harness.rest(executionId);
    const opened = requests[0]?.opened;
    if (!opened) throw new AppError({ code: "internal", message: "It asks nothing." });
    await harness.engine.approvals.vote({
      executionId,
      requestId: opened.id,
      round: opened.round,
      hash: opened.hash,
      choice: "approve",
      by: "U0BOB",
    });
    await harness.clock.advance(1000);
    await harness.engine.workflows.deploy(steps({ amount: 20_000 }), { by: "test" });

    await harness.engine.executions.migrate({ executionId, by: "U0ALICE" });
    await harness.clock.advance(3_600_000);

    const view = await harness.rest(executionId);
    expect(view).toMatchObject({ status: "waiting", workflowVersion: 2 });
    expect(view.requests.at(-1)?.opened).toMatchObject({
      renews: { changed: [{ what: "the workflow" }] },
      seal: { releases: [{ params: { body: { amount: 20_000 } } }] },
    });
    expect(paid(harness)).toEqual([]);
  });
});

describe("a run that waited for another one which paid before it failed", () => {
  const payment: JsonObject = {
    id: "payment",
    name: "Payment",
    steps: [post("pay", {}, { next: "receipt" }), post("receipt", {})],
  };
  const parent: JsonObject = {
    id: "parent",
    name: "Parent",
    steps: [{ id: "child", type: "workflow", config: { workflowId: "payment" } }],
  };

  test("does not start it anew, so that it would pay twice, unless an admin names the step", async () => {
    const broken = new Set(["receipt"]);
    await using harness = await WorkflowHarness.open(payment, {
      services: bank(broken),
      admins: ["U0DAVE"],
    });
    await harness.engine.workflows.deploy(parent, { by: "test" });
    const { executionId } = await harness.start("parent", {});
    broken.clear();

    await expect(retryAs(harness, executionId, "U0ALICE")).rejects.toMatchObject({
      code: "effect_done",
      message: expect.stringMatching(
        /"child" \(run exec_\w+: Sends POST https:\/\/bank.example\/pay/,
      ),
    });
    await retryAs(harness, executionId, "U0DAVE", { again: ["child"] });

    expect(await harness.rest(executionId)).toMatchObject({ status: "completed" });
    expect(paid(harness)).toHaveLength(2);
  });
});
