import { expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
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

test("a repeat with the same key gets the first answer and does nothing, also once the run has completed", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", dividing);
  const { executionId } = (await web.call("POST", "/api/workflows/dividing/execute", { by: 0 }))
    .body;
  await untilStatus(web.engine, executionId, "failed");
  const retry = (variables: JsonObject) =>
    web.call(
      "POST",
      `/api/executions/${executionId}/retry`,
      { variables },
      { "Idempotency-Key": "k1" },
    );

  const [first, second] = await Promise.all([retry({ by: 4 }), retry({ by: 4 })]);
  await untilStatus(web.engine, executionId, "completed");
  const third = await retry({ by: 4 });

  const answer = { success: true, executionId, reopened: true, fromStep: "divide" };
  for (const { status, body } of [first, second, third]) {
    expect(status).toBe(200);
    expect(body).toMatchObject(answer);
  }
  expect(third.body).toEqual({ ...answer, duplicate: true });
  expect(await retry({ by: 3 })).toMatchObject({ status: 422, body: { code: "key_reused" } });
  expect((await web.engine.executions.get(executionId)).retries).toHaveLength(1);
  expect((await web.engine.executions.list({})).executions).toHaveLength(1);
});

test("what completed is run again once for each key", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", dividing);
  const { executionId } = (await web.call("POST", "/api/workflows/dividing/execute", { by: 4 }))
    .body;
  await untilStatus(web.engine, executionId, "completed");
  const retry = (key: string, body: JsonObject = {}) =>
    web.call("POST", `/api/executions/${executionId}/retry`, body, { "Idempotency-Key": key });

  const first = await retry("k1");
  const repeat = await retry("k1");
  const other = await retry("k2");

  expect(first.body).toMatchObject({ reopened: false, fromStep: null });
  expect(repeat.body).toEqual({ ...first.body, duplicate: true });
  expect(other.body.executionId).not.toBe(first.body.executionId);
  expect((await retry("k1", { variables: { by: 2 } })).status).toBe(422);
  expect((await retry("")).status).toBe(400);
  expect((await web.engine.executions.list({})).executions).toHaveLength(3);
});
