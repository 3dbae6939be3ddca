import { describe, expect, test } from "vitest";
import type { AuditQuery, AuditRecord } from "../../../src/engine/ports/audit.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { refused } from "../../support/recording-services.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const IBAN = "DE02120300000000202051";

const PAY: JsonObject = {
  id: "pay",
  name: "Pay",
  inputs: {
    amount: { type: "number", required: true },
    iban: { type: "string", sensitive: true, required: true },
  },
  steps: [
    {
      id: "ask",
      type: "approval",
      config: {
        title: "Pay {{variables.amount}}?",
        message: "To {{variables.iban}}",
        approvers: ["U0BOB", "U0CAROL"],
        timeout: "2h",
      },
      next: { approve: "send", reject: "end", expired: "end" },
    },
    {
      id: "send",
      type: "service",
      config: {
        service: "http",
        url: "https://bank.example/pay",
        method: "POST",
        body: { amount: "{{variables.amount}}", to: "{{variables.iban}}" },
      },
    },
  ],
};

const VALUES = { amount: 640, iban: IBAN };

async function read(harness: WorkflowHarness, query: Partial<AuditQuery> = {}) {
  const { records } = await harness.engine.audit.list({ limit: 100, ...query }, "api");
  return records;
}

function brief({ actor, surface, action, result }: AuditRecord): string {
  return `${actor} ${surface} ${action} ${result}`;
}

describe("what people do to a run", () => {
  test("is recorded in order, with what the decider was shown", async () => {
    await using harness = await WorkflowHarness.open(PAY, { admins: [] });
    const { executionId, requests } = await harness.start("pay", VALUES);

    await harness.clock.advance(1000);
    await harness.engine.approvals.vote({
      executionId,
      requestId: requests[0]?.opened.id ?? "",
      round: 1,
      hash: requests[0]?.opened.hash ?? "",
      choice: "approve",
      by: "U0ALICE",
    });
    await harness.clock.advance(1000);
    await harness.decide(executionId, "U0BOB", "approve");

    const records = await read(harness, { executionId });
    expect(records.map(brief)).toEqual([
      "U0ALICE slack start done",
      "engine engine request_opened done",
      "U0ALICE slack decide refused",
      "U0BOB slack decide done",
      "engine engine request_closed done",
    ]);
    expect(records[2]).toMatchObject({ detail: { reason: "self_approval", choice: "approve" } });
    const shown = records[3]?.shown;
    expect(shown?.hash).toBe(requests[0]?.opened.hash);
    expect(shown?.text).toMatch(/^Pay 640\?\nTo •••/);
    expect(JSON.stringify(records)).not.toContain(IBAN);
    expect(records[4]).toMatchObject({ detail: { outcome: "approve" } });
  });

  test("is recorded with the values that changed; sensitive ones are masked", async () => {
    await using harness = await WorkflowHarness.open(PAY, { admins: [], services: refused });
    const { executionId } = await harness.start("pay", VALUES);
    await harness.decide(executionId, "U0BOB", "approve");
    await harness.rest(executionId);

    await harness.engine.executions.retry({
      executionId,
      by: "U0ALICE",
      variables: { amount: "10", iban: "GB33BUKB20201555555555" },
      variableForm: "text",
    });
    await harness.rest(executionId);

    const retry = (await read(harness, { executionId })).find(({ action }) => action === "retry");
    expect(retry).toMatchObject({
      actor: "U0ALICE",
      changes: [
        { of: "amount", from: 640, to: 10 },
        { of: "iban", from: "•••", to: "•••" },
      ],
    });
  });

  test("that was refused is recorded with whom it was refused", async () => {
    await using harness = await WorkflowHarness.open(PAY, { admins: [] });
    const { executionId } = await harness.start("pay", VALUES);

    await expect(harness.engine.executions.cancel(executionId, "U0BOB")).rejects.toMatchObject({
      code: "not_allowed",
    });

    const [refusal] = await read(harness, { actor: "U0BOB" });
    expect(refusal).toMatchObject({
      action: "access",
      result: "refused",
      executionId,
      detail: {
        reason: "You cannot cancel this run. Ask <@U0ALICE>, who started it, or an admin.",
      },
    });
  });
});

test("deployments, activations, pauses and budgets are recorded with what became of what", async () => {
  await using harness = await WorkflowHarness.open(PAY, { deployer: "U0ALICE" });
  const { workflows, costs } = harness.engine;
  await workflows.deploy({ ...PAY, name: "Pay more" }, { by: "U0ALICE" });
  await workflows.rollBack("pay", "U0ALICE");
  await workflows.pause("pay", "U0ALICE");
  await workflows.resume("pay", "U0ALICE");
  await costs.setBudget("workflow", "pay", 5, "api");

  const records = await read(harness, { workflowId: "pay" });

  expect(records.map(({ action, changes = [] }) => [action, ...changes])).toEqual([
    ["deploy", { of: "version", from: null, to: 1 }],
    ["deploy", { of: "version", from: 1, to: 2 }],
    ["activate", { of: "version", from: 2, to: 1 }],
    ["pause"],
    ["resume"],
    ["budget", { of: "workflow pay", from: null, to: 5 }],
  ]);
  expect(records.at(-1)).toMatchObject({ actor: "api", surface: "api" });
});

test("only admins read the audit and the figures", async () => {
  await using harness = await WorkflowHarness.open(PAY, { admins: ["U0CAROL"] });
  const { audit } = harness.engine;

  await expect(audit.list({ limit: 1 }, "U0BOB")).rejects.toMatchObject({
    message: "You may not read the audit: only admins may. Ask <@U0CAROL>.",
  });
  await expect(audit.figures(30, "U0BOB")).rejects.toMatchObject({ code: "not_allowed" });
  expect((await audit.list({ limit: 1 }, "U0CAROL")).records).toHaveLength(1);
});

test("the figures say how old requests are, how long decisions took, and how many were hardly read", async () => {
  await using harness = await WorkflowHarness.open(PAY, {});
  const quick = await harness.start("pay", VALUES);
  await harness.clock.advance(1000);
  await harness.decide(quick.executionId, "U0BOB", "reject");
  const slow = await harness.start("pay", VALUES);
  await harness.clock.advance(600_000);
  await harness.decide(slow.executionId, "U0BOB", "reject");
  const late = await harness.start("pay", VALUES);
  await harness.clock.advance(3 * 3_600_000);
  await harness.rest(late.executionId);
  await harness.start("pay", VALUES);
  await harness.clock.advance(60_000);

  const figures = await harness.engine.audit.figures(30, "api");

  expect(figures).toMatchObject({
    days: 30,
    open: 1,
    oldestAgeMs: 60_000,
    decided: 2,
    medianMs: 1000,
    p95Ms: 600_000,
    expired: 1,
    within3s: 1,
    workflows: [{ workflowId: "pay", decided: 2 }],
  });
});
