import { expect, test } from "vitest";
import { AppError } from "../../src/shared/errors.ts";
import { createTelemetry } from "../../src/web/telemetry.ts";
import { startWebHarness } from "./web-harness.ts";

const ASK = {
  id: "ask",
  name: "Ask",
  steps: [
    {
      id: "judge",
      type: "ai-decision",
      config: { model: "gpt-4o", prompt: "Yes or no?", outputFormat: "boolean" },
      next: { true: "approve", false: "end" },
    },
    {
      id: "approve",
      type: "approval",
      config: { title: "Shall we?", approvers: ["U0BOB"] },
      next: { approve: "end", reject: "end" },
    },
  ],
};

async function scrape(url: string) {
  const response = await fetch(`${url}/metrics`);
  return { type: response.headers.get("content-type"), text: await response.text() };
}

test("Prometheus reads what ran, what it cost and what waits", async () => {
  const telemetry = createTelemetry();
  await using web = await startWebHarness(
    ASK,
    { answers: ["true", "false"], observe: telemetry.observe },
    { telemetry },
  );
  await web.harness.start("ask", {});
  await web.harness.start("ask", {});

  telemetry.watching(true);

  const { type, text } = await scrape(web.url);

  expect(type).toMatch(/^text\/plain/);
  for (const line of [
    'heddle_executions_started_total{trigger="slash"} 2',
    'heddle_executions_ended_total{status="completed"} 1',
    'heddle_step_duration_seconds_count{type="ai-decision",status="completed"} 2',
    'heddle_ai_calls_total{model="gpt-4o"} 2',
    'heddle_ai_tokens_total{model="gpt-4o",kind="prompt"} 400',
    'heddle_ai_cost_dollars_total{model="gpt-4o"} 0.0014',
    'heddle_ai_unknown_cost_calls_total{model="gpt-4o"} 0',
    "heddle_executions_queued 0",
    "heddle_requests_open 1",
    "heddle_change_stream_open 1",
    "heddle_due_lag_seconds 0",
  ])
    expect(text.split("\n")).toContain(line);
  expect(text).toContain("nodejs_eventloop_lag_seconds");
});

test("runs are counted by workflow, and requests measured by route, whatever strangers ask for", async () => {
  const telemetry = createTelemetry();
  await using web = await startWebHarness(
    ASK,
    { answers: ["false"], observe: telemetry.observe },
    { telemetry },
  );
  await web.harness.start("ask", {});
  await web.get("/api/workflows/ask/metrics");
  for (const path of ["a", "b", "c"]) await fetch(`${web.url}/api/${path}`, { method: "PUT" });

  const { text } = await scrape(web.url);

  for (const line of [
    'heddle_workflow_executions_ended_total{workflow="ask",status="completed"} 1',
    'heddle_execution_duration_seconds_count{status="completed"} 1',
    "heddle_execution_claims_total 1",
    'heddle_http_request_duration_seconds_count{method="GET",route="/api/workflows/:id/metrics",status="2xx"} 1',
    'heddle_http_request_duration_seconds_count{method="other",route="none",status="4xx"} 3',
  ])
    expect(text.split("\n")).toContain(line);
});

test("requests to a model are measured with how they ended, and budgets and breakers shown", async () => {
  const telemetry = createTelemetry();
  let now = 0;
  const reply = { text: "", finishReason: "stop", model: "m", latencyMs: 1, raw: {} };
  const request = { model: "m", messages: [], temperature: 0, maxTokens: 1 };
  const client = telemetry.models.measure(
    {
      complete: async () => {
        now += 1500;
        if (now > 2000) throw new AppError({ code: "model_unavailable", message: "away" });
        return reply;
      },
    },
    () => now,
  );
  await client.complete(request, new AbortController().signal);
  await expect(client.complete(request, new AbortController().signal)).rejects.toThrow("away");
  const budget = { subject: "", monthlyNano: 100, setBy: "api" } as const;

  const { text } = await telemetry.render({
    ...{ queued: 0, openRequests: 0, lagMs: 0 },
    outages: [{ id: "1", kind: "model", name: "The model m at h", since: 0, lastFailure: "" }],
    budgets: [
      { ...budget, scope: "workflow", spentNano: 40 },
      { ...budget, scope: "workflow", spentNano: 95 },
    ],
  });

  for (const line of [
    'heddle_ai_request_duration_seconds_sum{model="m",outcome="ok"} 1.5',
    'heddle_ai_request_duration_seconds_count{model="m",outcome="model_unavailable"} 1',
    `heddle_breakers_open{kind="model"} 1`,
    `heddle_breakers_open{kind="system"} 0`,
    'heddle_budget_used_ratio{scope="workflow"} 0.95',
  ])
    expect(text.split("\n")).toContain(line);
});

test("a great many models share one label", async () => {
  const telemetry = createTelemetry();
  const charge = { calls: 1, costNano: 1, unknown: 0, promptTokens: 1, completionTokens: 1 };
  await using web = await startWebHarness(
    {
      id: "noop",
      name: "Noop",
      steps: [{ id: "a", type: "transform", config: { expression: "1" } }],
    },
    {
      observe: (_events, state, typeOf) => {
        const charges = Array.from({ length: 70 }, (_, n) => ({ ...charge, model: `m${n}` }));
        const late = { type: "late_result", path: "a#1", attempt: 1, costNano: 70, at: 0 } as const;
        telemetry.observe([{ ...late, charges }], state, typeOf);
      },
    },
    { telemetry },
  );
  await web.harness.start("noop", {});

  const { text } = await scrape(web.url);

  expect(text.match(/^heddle_ai_calls_total\{/gm)).toHaveLength(51);
  expect(text).toContain('heddle_ai_calls_total{model="other"} 20');
});
