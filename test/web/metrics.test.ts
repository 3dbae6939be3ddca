import { expect, test } from "vitest";
import type { Json } from "../../src/shared/json.ts";
import { modelDown } from "../support/recording-services.ts";
import { startWebHarness, type WebHarness } from "./web-harness.ts";

const DAY = 86_400_000;
const TRIAGE = {
  id: "demo-triage",
  name: "Demo Ticket Triage",
  version: 1,
  steps: [
    {
      id: "classify",
      type: "ai-decision",
      config: {
        model: "gpt-4o-mini",
        prompt:
          "Classify this ticket: {{variables.ticketText}}. Respond with: billing, technical, or general.",
        outputVariable: "category",
        outputFormat: "enum",
        allowedValues: ["billing", "technical", "general"],
      },
      next: { billing: "tell", default: "note" },
    },
    {
      id: "tell",
      type: "service",
      config: { service: "slack", channel: "#finance", message: "{{variables.category}}" },
      next: "note",
    },
    { id: "note", type: "transform", config: { expression: "variables.category" } },
  ],
};
const METRICS = "/api/workflows/demo-triage/metrics";
const COSTS = "/api/workflows/demo-triage/costs";

/** Lets days pass in one step, then the process renew its leases. */
async function pass({ harness }: WebHarness, ms: number): Promise<void> {
  harness.clock.lag(ms);
  await harness.clock.advance(30_000);
}

async function run({ harness }: WebHarness, times: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let time = 0; time < times; time += 1) {
    const view = await harness.start("demo-triage", { ticketText: `Ticket ${time}` });
    ids.push(view.executionId);
  }
  return ids;
}

/** What the recorded calls of these executions cost, in dollars. */
async function paid({ harness }: WebHarness, ids: readonly string[]): Promise<number> {
  const calls = await Promise.all(ids.map((id) => harness.store.calls.list(id)));
  const nano = calls.flat().reduce((sum, call) => sum + (call.costNano ?? 0), 0);
  return nano / 1e9;
}

const answers = (...values: readonly Json[]) => ({ answers: [...values] });

test("metrics of a workflow that never ran have no rate and cost nothing", async () => {
  await using web = await startWebHarness(TRIAGE);

  expect(await web.get(METRICS)).toEqual({
    status: 200,
    body: {
      workflowId: "demo-triage",
      totalExecutions: 0,
      completed: 0,
      failed: 0,
      successRate: "N/A",
      totalCost: "$0.0000",
      avgCostPerExecution: "$0",
      avgDurationMs: 0,
      last24h: 0,
    },
  });
});

test("metrics have exactly the fields of the contract, and add up to the recorded calls", async () => {
  await using web = await startWebHarness(TRIAGE, {
    answers: ["billing", "technical", modelDown(), "general"],
  });
  const ids = await run(web, 4);
  const total = await paid(web, ids);

  const { body } = await web.get(METRICS);

  expect(total).toBeGreaterThan(0.0001);
  expect(body).toEqual({
    workflowId: "demo-triage",
    totalExecutions: 4,
    completed: 3,
    failed: 1,
    successRate: "75.0%",
    totalCost: `$${total.toFixed(4)}`,
    avgCostPerExecution: `$${(total / 4).toFixed(4)}`,
    avgDurationMs: expect.any(Number),
    last24h: 4,
  });
});

test("the last 24 hours are those before now", async () => {
  await using web = await startWebHarness(TRIAGE, answers("billing", "general"));
  await run(web, 1);
  await pass(web, 2 * DAY);
  await run(web, 1);

  expect((await web.get(METRICS)).body).toMatchObject({ totalExecutions: 2, last24h: 1 });
});

test("costs have exactly the fields of the contract, for every step", async () => {
  await using web = await startWebHarness(TRIAGE, answers("billing", "technical", "billing"));
  const total = await paid(web, await run(web, 3));

  const { status, body } = await web.get(COSTS);

  expect(status).toBe(200);
  expect(body).toEqual({
    workflowId: "demo-triage",
    period: "30 days",
    totalExecutions: 3,
    totalCost: total,
    costByStep: {
      classify: {
        totalCost: `$${total.toFixed(4)}`,
        avgCost: `$${(total / 3).toFixed(4)}`,
        invocations: 3,
      },
      tell: { totalCost: "$0.0000", avgCost: "$0.0000", invocations: 2 },
      note: { totalCost: "$0.0000", avgCost: "$0.0000", invocations: 3 },
    },
  });
});

test("costs cover the days that are asked for", async () => {
  await using web = await startWebHarness(TRIAGE, answers("general", "general"));
  await run(web, 1);
  await pass(web, 10 * DAY);
  const recent = await paid(web, await run(web, 1));

  expect((await web.get(`${COSTS}?days=7`)).body).toMatchObject({
    period: "7 days",
    totalExecutions: 1,
    totalCost: recent,
  });
  expect((await web.get(`${COSTS}?days=`)).body).toMatchObject({
    period: "30 days",
    totalExecutions: 2,
  });
});

test("calls without a known price are counted, and their cost is not made up", async () => {
  const [classify, ...rest] = TRIAGE.steps;
  const steps = [{ ...classify, config: { ...classify?.config, model: "local/llama" } }, ...rest];
  await using web = await startWebHarness({ ...TRIAGE, steps }, answers("general"));
  await run(web, 1);

  expect((await web.get(METRICS)).body).toMatchObject({ totalCost: "$0.0000", unknownCosts: 1 });
  expect((await web.get(COSTS)).body).toMatchObject({
    unknownCosts: 1,
    costByStep: { classify: { unknownCosts: 1 } },
  });
});

test.for(["0", "-1", "1.5", "many", "9999", "NaN", "1e9"])("days=%s is refused", async (days) => {
  await using web = await startWebHarness(TRIAGE);

  const { status, body } = await web.get(`${COSTS}?days=${days}`);

  expect(status).toBe(400);
  expect(body.error).toMatch(/days: must be a whole number from 1 to 3660/);
});

test.for(["metrics", "costs"])("%s of an unknown workflow are 404", async (what) => {
  await using web = await startWebHarness(TRIAGE);

  const { status, body } = await web.get(`/api/workflows/demo-triag/${what}`);

  expect(status).toBe(404);
  expect(body.error).toContain('Did you mean "demo-triage"?');
});
