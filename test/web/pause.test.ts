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
