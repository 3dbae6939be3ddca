import { expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { startWeb, untilStatus } from "./start-web.ts";

const napping: JsonObject = {
  id: "napping",
  name: "Napping",
  steps: [{ id: "nap", type: "wait", config: { duration: "1h" } }],
};

test("a waiting execution goes on with the version that is named, and is refused one that does not fit", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", napping);
  const { executionId } = (await web.call("POST", "/api/workflows/napping/execute", {})).body;
  await untilStatus(web.engine, executionId, "waiting");
  const done = { id: "done", type: "transform", config: { expression: "1" } };
  const nap = { id: "nap", type: "wait", config: { duration: "1h" }, next: "done" };
  await web.call("POST", "/api/workflows", { ...napping, steps: [nap, done] });
  await web.call("POST", "/api/workflows", { ...napping, steps: [done] });
  const path = `/api/executions/${executionId}/migrate`;

  expect(await web.call("POST", path)).toMatchObject({
    status: 409,
    body: { code: "migration_refused", error: expect.stringContaining('step "nap"') },
  });
  expect((await web.call("POST", path, { version: "2" })).status).toBe(400);
  expect((await web.call("POST", path, { version: 7 })).status).toBe(404);
  expect((await web.call("POST", path, { version: 2 })).body).toEqual({
    success: true,
    executionId,
    version: 2,
    previous: 1,
    changed: true,
  });
});
