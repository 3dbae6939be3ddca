import { expect, test } from "vitest";
import { doubling, startWeb, untilStatus } from "./start-web.ts";

test("a paused workflow takes starts and runs them when it is resumed", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);

  expect((await web.call("POST", "/api/workflows/doubling/pause")).body).toMatchObject({
    paused: true,
  });
  expect((await web.call("GET", "/api/workflows")).body.workflows).toMatchObject([
    { paused: true },
  ]);
  const { executionId } = (await web.call("POST", "/api/workflows/doubling/execute", { amount: 2 }))
    .body;
  await untilStatus(web.engine, executionId, "waiting");
  expect((await web.call("POST", "/api/workflows/doubling/resume")).body).toMatchObject({
    wasPaused: true,
    paused: false,
  });
  await untilStatus(web.engine, executionId, "completed");
});

test("everything can be paused, and what does not exist cannot", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);

  expect((await web.call("POST", "/api/pause")).body).toMatchObject({ paused: true });
  expect((await web.call("POST", "/api/workflows/doubling/resume")).body).toMatchObject({
    wasPaused: false,
    paused: true,
  });
  expect((await web.call("POST", "/api/resume")).body).toMatchObject({ paused: false });
  expect((await web.call("POST", "/api/workflows/dubling/pause")).status).toBe(404);
});

test("one trigger can be switched off and on, and the next starts are shown", async () => {
  await using web = await startWeb();
  const trigger = { type: "schedule", cron: "0 9 1 1 *", id: "yearly" };
  const { inputs: _, ...open } = doubling;
  const deployed = await web.call("POST", "/api/workflows", { ...open, trigger });
  const path = "/api/workflows/doubling";
  const isJanuary = expect.stringMatching(/^\d{4}-01-01T09:00:00\.000Z$/);

  expect(deployed.body.nextStarts).toEqual(Array.from({ length: 5 }, () => isJanuary));
  expect((await web.call("GET", `${path}/schedule?count=2`)).body).toEqual({
    workflowId: "doubling",
    nextStarts: [isJanuary, isJanuary],
  });
  expect((await web.call("GET", `${path}/triggers`)).body.triggers).toEqual([
    { id: "yearly", type: "schedule", paused: false },
  ]);

  expect((await web.call("POST", `${path}/triggers/yearly/pause`)).body).toMatchObject({
    paused: true,
  });
  expect((await web.call("GET", `${path}/triggers`)).body.triggers).toMatchObject([
    { id: "yearly", paused: true, pausedBy: "api" },
  ]);
  expect((await web.call("GET", `${path}/schedule`)).body.nextStarts).toEqual([]);
  expect((await web.call("POST", `${path}/triggers/yearly/resume`)).body).toMatchObject({
    wasPaused: true,
    paused: false,
  });
});

test.for<readonly [string, string, number, string]>([
  ["POST", "/api/workflows/doubling/triggers/none/pause", 404, "trigger_not_found"],
  ["POST", "/api/workflows/none/triggers/x/resume", 404, "workflow_not_found"],
  ["GET", "/api/workflows/none/triggers", 404, "workflow_not_found"],
  ["GET", "/api/workflows/none/schedule", 404, "workflow_not_found"],
  ["GET", "/api/workflows/doubling/schedule?count=0", 400, "input_invalid"],
  ["GET", "/api/workflows/doubling/schedule?count=many", 400, "input_invalid"],
])("%s %s is refused", async ([method, path, status, code]) => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);
  expect(await web.call(method, path)).toMatchObject({ status, body: { code } });
});
