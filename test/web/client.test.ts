import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
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

describe("a stream", () => {
  test("is read to its end, typed by the endpoint", async () => {
    await using web = await startWeb();
    const client = createClient({ url: () => web.url });
    await client.call(endpoints.deployWorkflow, { body: doubling });
    const { executionId: id } = await client.call(endpoints.executeWorkflow, {
      params: { id: "doubling" },
      body: { amount: 21 },
    });

    const outputs: unknown[] = [];
    let status: string | undefined;
    for await (const { event, data } of client.stream(endpoints.followExecution, {
      params: { id },
    })) {
      if (event === "change") outputs.push(...data.events.flatMap(({ output }) => output ?? []));
      if (event === "end") status = data.state?.status;
    }

    expect([outputs, status]).toEqual([[42, 42], "completed"]);
  });

  test("is resumed where its connection broke: nothing is lost, nothing comes twice", async () => {
    await using web = await startWeb();
    const client = createClient({ url: () => web.url });
    await client.call(endpoints.deployWorkflow, { body: doubling });
    const { executionId: id } = await client.call(endpoints.executeWorkflow, {
      params: { id: "doubling" },
      body: { amount: 1 },
    });
    await untilStatus(web.engine, id, "completed");
    // A connection with two changes is cut in the middle of the second.
    let cuts = 0;
    const cutting = createServer((request, response) => {
      const headers = request.headers["last-event-id"];
      void fetch(`${web.url}${request.url}`, {
        headers: typeof headers === "string" ? { "last-event-id": headers } : {},
      })
        .then((answer) => answer.text())
        .then((text) => {
          response.writeHead(200, { "content-type": "text/event-stream" });
          const cut = text.split("id: ")[2];
          if (cut === undefined) response.end(text);
          else {
            cuts += 1;
            const sent = text.slice(0, text.indexOf(cut) + 20).replace("retry: 2000", "retry: 1");
            response.write(sent, () => response.destroy());
          }
        });
    });
    await once(cutting.listen(0, "127.0.0.1"), "listening");
    const { port } = cutting.address() as AddressInfo;

    const ids: string[] = [];
    const broken = createClient({ url: () => `http://127.0.0.1:${port}` });
    for await (const got of broken.stream(endpoints.followExecution, { params: { id } }))
      if (got.event === "change") ids.push(got.id);
    cutting.close();

    const { rev } = await client.call(endpoints.getExecution, { params: { id } });
    expect(ids).toEqual(Array.from({ length: rev + 1 }, (_, index) => String(index)));
    expect([rev, cuts]).toEqual([1, 1]);
  });

  test("that is refused throws the refusal", async () => {
    await using web = await startWeb();
    const stream = createClient({ url: () => web.url }).stream(endpoints.followExecution, {
      params: { id: "exec_none" },
    });

    await expect(stream.next()).rejects.toMatchObject({ code: "execution_not_found" });
  });
});

test("what was refused for its rate is sent again when the bot says so", async () => {
  await using web = await startWeb({
    host: "0.0.0.0",
    apiToken: "secret",
    rateLimit: { perSecond: 5, burst: 1 },
  });
  const client = createClient({ url: () => web.url, token: "secret" });

  await client.call(endpoints.listWorkflows);
  const { workflows } = await client.call(endpoints.listWorkflows);

  expect(workflows).toEqual([]);
});

test("problems come with the error", async () => {
  await using web = await startWeb();
  const client = createClient({ url: () => web.url });

  const body = { ...doubling, steps: [] };
  await expect(client.call(endpoints.deployWorkflow, { body })).rejects.toMatchObject({
    code: "definition_invalid",
    details: { status: 400, problems: [{ path: "steps" }] },
  });
});
