import { expect, test } from "vitest";
import type { WorkflowHarnessOptions } from "../support/workflow-harness.ts";
import { startWebHarness } from "./web-harness.ts";

const JUDGE = {
  id: "judge",
  name: "Judge",
  steps: [
    {
      id: "decide",
      type: "ai-decision",
      config: { prompt: "Is it urgent? {{variables.text}}", outputFormat: "boolean" },
    },
  ],
};
const OPTIONS: WorkflowHarnessOptions = {
  answers: () => true,
  samples: { "judge/decide": '{"inputs": {"text": "It burns!"}, "expected": true}' },
};

test("a workflow is evaluated over HTTP, and one arm compared with another", async () => {
  await using web = await startWebHarness(JUDGE, OPTIONS);

  const { status, body } = await web.post("/api/workflows/judge/evaluate", {
    against: { model: "gpt-4o" },
    maxCostUsd: 0.1,
  });

  expect(status).toBe(200);
  expect(body).toMatchObject({
    workflowId: "judge",
    workflowVersion: 1,
    steps: [
      {
        stepId: "decide",
        samples: 1,
        arms: [
          { label: "prompt of the definition, gpt-4o-mini", figures: { asked: 1, correct: 1 } },
          { label: "prompt of the definition, gpt-4o", figures: { asked: 1, correct: 1 } },
        ],
        difference: { both: 1, isClear: false },
      },
    ],
  });
});

test("a decision is labelled over HTTP, and listed as a sample", async () => {
  await using web = await startWebHarness(JUDGE, OPTIONS);
  const { executionId } = await web.harness.start("judge", { text: "A typo." });

  const path = `/api/executions/${executionId}/labels`;
  const labelled = await web.post(path, { path: "decide", expected: false, note: "small" });

  expect(labelled).toMatchObject({
    status: 200,
    body: { success: true, sample: { actual: true, expected: false, note: "small", by: "api" } },
  });
  expect(await web.get("/api/workflows/nowhere/samples")).toMatchObject({
    status: 404,
    body: { code: "workflow_not_found" },
  });
  expect((await web.get("/api/workflows/judge/samples")).body).toMatchObject({
    samples: [{ inputs: { text: "A typo." } }],
  });
});

test.for([
  ["judge/evaluate", {}, 400, /maxCostUsd/],
  ["judge/evaluate", { maxCostUsd: 0 }, 400, /number above 0/],
  ["judge/evaluate", { maxCostUsd: 1, step: "decid" }, 400, /no AI decision/],
  ["judge/evaluate", { maxCostUsd: 1, prompt: "v2" }, 404, /has no versions/],
  ["nothing/evaluate", { maxCostUsd: 1 }, 404, /nothing/],
] as const)("POST %s with %j is refused", async ([path, body, status, message]) => {
  await using web = await startWebHarness(JUDGE, OPTIONS);

  const reply = await web.post(`/api/workflows/${path}`, body);

  expect(reply.status).toBe(status);
  expect(JSON.stringify(reply.body)).toMatch(message);
});
