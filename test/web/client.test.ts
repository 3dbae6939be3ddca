import { expect, test } from "vitest";
import { createClient } from "../../src/web/client/client.ts";
import { endpoints } from "../../src/web/endpoints/index.ts";
import { doubling, startWeb, untilStatus } from "./start-web.ts";

test("deploys, starts, reads and lists by the endpoints, with the types of their answers", async () => {
  await using web = await startWeb();
  const client = createClient({ url: () => web.url });

  const deployed = await client.call(endpoints.deployWorkflow, { body: doubling });
  const { executionId } = await client.call(endpoints.executeWorkflow, {
    params: { id: deployed.workflowId },
    body: { amount: 21 },
    idempotencyKey: "a key",
  });
  await untilStatus(web.engine, executionId, "completed");
  const again = await client.call(endpoints.executeWorkflow, {
    params: { id: "doubling" },
    body: { amount: 21 },
    idempotencyKey: "a key",
  });

  expect(again).toEqual({ executionId, status: "started", duplicate: true });
  const { status, output, steps } = await client.call(endpoints.getExecution, {
    params: { id: executionId },
  });
  expect([status, output, steps[0]?.stepId]).toEqual(["completed", 42, "double"]);
  const page = await client.call(endpoints.listExecutions, {
    query: { workflowId: "doubling", status: "completed", limit: 1, cursor: undefined },
  });
  expect(page.executions.map((execution) => execution.executionId)).toEqual([executionId]);
});

test("fills odd ids into the path and sends the token", async () => {
  await using web = await startWeb({ apiToken: "secret" });
  const client = createClient({ url: () => web.url, token: "secret" });
  const id = "a/b ?#%ü";

  await expect(client.call(endpoints.getExecution, { params: { id } })).rejects.toMatchObject({
    code: "execution_not_found",
    message: expect.stringContaining(id),
    details: { status: 404 },
  });
});

test("throws the error that the bot answers with, under its code", async () => {
  await using web = await startWeb({ apiToken: "secret" });
  const client = createClient({ url: () => web.url });

  await expect(client.call(endpoints.listWorkflows)).rejects.toMatchObject({
    code: "token_invalid",
    message: expect.stringContaining("Authorization: Bearer"),
  });
});

test("says so when no bot answers", async () => {
  const web = await startWeb();
  await web[Symbol.asyncDispose]();
  const client = createClient({ url: () => web.url });

  await expect(client.call(endpoints.listWorkflows)).rejects.toMatchObject({
    code: "service_unavailable",
    message: expect.stringContaining(`does not answer at ${web.url}`),
    retryable: true,
  });
});
