import { expect, test } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { startWeb, untilStatus } from "./start-web.ts";

const dividing: JsonObject = {
  id: "dividing",
  name: "Dividing",
  inputs: { by: { type: "number", required: true } },
  steps: [
    { id: "first", type: "transform", config: { expression: "1" }, next: "divide" },
    { id: "divide", type: "transform", config: { expression: "12 / variables.by" } },
  ],
};

test("a failed execution goes on with other variables, from the step that is named", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", dividing);
  const { executionId } = (await web.call("POST", "/api/workflows/dividing/execute", { by: 0 }))
    .body;
  await untilStatus(web.engine, executionId, "failed");
  const path = `/api/executions/${executionId}/retry`;

  expect(await web.call("POST", path, { fromStep: "third" })).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining("first, divide") },
  });
  expect(await web.call("POST", path, { variables: { by: "4" } })).toMatchObject({
    status: 400,
    body: { problems: [{ path: "by" }] },
  });
  expect((await web.call("POST", path, { from: "first" })).status).toBe(400);

  const { body } = await web.call("POST", path, { fromStep: "first", variables: { by: 4 } });
  expect(body).toEqual({ success: true, executionId, reopened: true, fromStep: "first" });
  await untilStatus(web.engine, executionId, "completed");
  expect((await web.call("GET", `/api/executions/${executionId}`)).body).toMatchObject({
    output: 3,
    retries: [{ by: "api", fromStep: "first" }],
  });
});

test("an execution that is not over is not retried, and one that does not exist is not found", async () => {
  await using web = await startWeb();
  const steps = [{ id: "nap", type: "wait", config: { duration: "1h" } }];
  await web.call("POST", "/api/workflows", { ...dividing, steps });
  const { executionId } = (await web.call("POST", "/api/workflows/dividing/execute", { by: 1 }))
    .body;

  expect(await web.call("POST", `/api/executions/${executionId}/retry`)).toMatchObject({
    status: 409,
    body: { code: "execution_under_way" },
  });
  expect((await web.call("POST", "/api/executions/exec_0/retry")).status).toBe(404);
});

test("failed executions are counted, then retried together", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", dividing);
  const ids: string[] = [];
  for (const by of [0, 0, 1]) {
    const { body } = await web.call("POST", "/api/workflows/dividing/execute", { by });
    ids.push(body.executionId);
    await untilStatus(web.engine, body.executionId, by === 0 ? "failed" : "completed");
  }

  const counted = await web.call("POST", "/api/workflows/dividing/retry", {
    since: "1h",
    dryRun: true,
  });
  expect(counted.body).toMatchObject({ matched: 2, retried: [] });
  const retried = await web.call("POST", "/api/workflows/dividing/retry", { since: "1h" });
  expect(retried.body).toMatchObject({ matched: 2, retried: ids.slice(0, 2), refused: [] });
  expect((await web.call("POST", "/api/workflows/dividing/retry", { since: "late" })).status).toBe(
    400,
  );
});
