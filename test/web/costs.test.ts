import { expect, test } from "vitest";
import { startWebHarness } from "./web-harness.ts";

const ASK = {
  id: "ask",
  name: "Ask",
  steps: [
    {
      id: "judge",
      type: "ai-decision",
      config: { model: "gpt-4o", prompt: "Yes or no?", outputFormat: "boolean" },
      next: { true: "end", false: "end" },
    },
  ],
};

/** A call of the harness's model: 200 tokens in, 20 out, at the price of gpt-4o. */
const PRICE = "$0.0007";

test.for([
  ["workflow", [{ name: "ask", executions: 2 }]],
  ["version", [{ name: "1", executions: 2 }]],
  ["person", [{ name: "U0ALICE", executions: 2 }]],
  ["day", [{ name: "2026-11-23", executions: 2 }]],
  ["step", [{ name: "judge", invocations: 2 }]],
  ["model", [{ name: "gpt-4o" }]],
] as const)("costs by %s add up to what was spent", async ([by, lines]) => {
  await using web = await startWebHarness(ASK, { answers: ["true", "false"] });
  await web.harness.start("ask", {});
  await web.harness.start("ask", {});

  const { body } = await web.get(`/api/costs?by=${by}&days=7`);

  const spent = { totalCost: "$0.0014", calls: 2, promptTokens: 400, completionTokens: 40 };
  expect(body).toMatchObject({ by, period: "7 days", ...spent });
  expect(body.costs).toEqual(lines.map((line) => ({ ...line, ...spent })));
});

test("costs are told of one person and of one workflow", async () => {
  await using web = await startWebHarness(ASK, { answers: ["true"] });
  await web.harness.start("ask", {});

  const own = await web.get("/api/costs?person=U0ALICE");
  const others = await web.get("/api/costs?person=U0BOB");
  const models = await web.get("/api/costs?by=model&workflowId=ask");
  const ownModels = await web.get("/api/costs?by=model&person=U0ALICE");

  expect(own.body).toMatchObject({ person: "U0ALICE", totalCost: PRICE, executions: 1 });
  expect(others.body).toMatchObject({ totalCost: "$0.0000", costs: [] });
  for (const { body } of [models, ownModels])
    expect(body.costs).toMatchObject([{ name: "gpt-4o", totalCost: PRICE }]);
});

test.for([
  ["by=color", "by"],
  ["days=0", "days"],
  ["by=step&person=U0ALICE", "by"],
])("a question that makes no sense (%s) names what is wrong", async ([query, name]) => {
  await using web = await startWebHarness(ASK);

  const { status, body } = await web.get(`/api/costs?${query}`);

  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(name);
});

test("an estimate tells what half and nine of ten runs of a version took at most", async () => {
  await using web = await startWebHarness(ASK, {
    answers: Array.from({ length: 10 }, () => "true"),
  });
  expect((await web.get("/api/workflows/ask/estimate")).body).toEqual({
    workflowId: "ask",
    version: 1,
    runs: 0,
    durationMs: null,
    cost: null,
  });
  for (let run = 0; run < 10; run += 1) await web.harness.start("ask", {});

  const { body } = await web.get("/api/workflows/ask/estimate");

  expect(body).toMatchObject({ runs: 10, cost: { p50: PRICE, p90: PRICE } });
  expect((await web.get("/api/workflows/nobody/estimate")).status).toBe(404);
});
