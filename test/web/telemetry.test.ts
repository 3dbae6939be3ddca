import { expect, test } from "vitest";
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
