import { describe, expect, test } from "vitest";
import { doubling, startWeb, untilStatus, waiting } from "./start-web.ts";

describe("deploying", () => {
  test("a definition is deployed, listed and read back with its number", async () => {
    await using web = await startWeb();

    const deployed = await web.call("POST", "/api/workflows", doubling);

    expect(deployed).toMatchObject({
      status: 200,
      body: { success: true, workflowId: "doubling", version: 1, warnings: [] },
    });
    expect((await web.call("GET", "/api/workflows")).body.workflows).toMatchObject([
      { id: "doubling", name: "Doubling", version: 1 },
    ]);
    expect((await web.call("GET", "/api/workflows/doubling")).body).toEqual({
      ...doubling,
      version: 1,
    });
  });

  test("every problem comes back with path, message and fix", async () => {
    await using web = await startWeb();

    const { status, body } = await web.call("POST", "/api/workflows", {
      id: "bad id",
      name: "",
      steps: [],
    });

    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: expect.stringContaining("not deployed"),
      warnings: expect.any(Array),
    });
    expect(body.problems.length).toBeGreaterThan(1);
    for (const problem of body.problems) {
      expect(problem).toEqual({
        path: expect.any(String),
        message: expect.any(String),
        fix: expect.any(String),
      });
    }
    expect((await web.call("GET", "/api/workflows")).body).toEqual({ workflows: [] });
  });

  test.for([[[]], [null], ["text"], [7]])("%j is no definition", async ([body]) => {
    await using web = await startWeb();

    const reply = await web.call("POST", "/api/workflows", JSON.stringify(body));

    expect(reply.status).toBe(400);
    expect(reply.body.problems.length).toBeGreaterThan(0);
  });

  test("a number that has other content is a conflict that names the next free one", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", { ...doubling, version: 1 });

    const { status, body } = await web.call("POST", "/api/workflows", {
      ...doubling,
      name: "Other",
      version: 1,
    });

    expect(status).toBe(409);
    expect(body).toMatchObject({ error: expect.stringContaining("version 2"), nextVersion: 2 });
  });

  test("an earlier version can be read and made active again", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    await web.call("POST", "/api/workflows", { ...doubling, name: "Newer" });

    const activated = await web.call("POST", "/api/workflows/doubling/activate", { version: 1 });

    expect(activated).toMatchObject({ status: 200, body: { workflowId: "doubling", version: 1 } });
    expect((await web.call("GET", "/api/workflows/doubling")).body).toMatchObject({
      name: "Doubling",
      version: 1,
    });
    expect((await web.call("GET", "/api/workflows/doubling?version=2")).body.name).toBe("Newer");
  });

  test.for([
    ["GET", "/api/workflows/doublin", undefined, 404, /Did you mean "doubling"/],
    ["GET", "/api/workflows/doubling?version=9", undefined, 404, /no version 9/],
    ["GET", "/api/workflows/doubling?version=x", undefined, 400, /version/],
    ["POST", "/api/workflows/doubling/activate", { version: "1" }, 400, /version/],
    ["POST", "/api/workflows/doubling/activate", undefined, 400, /body/],
    ["POST", "/api/workflows", undefined, 400, /body is empty/],
  ] as const)("%s %s with %j is %d", async ([method, path, body, status, message]) => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);

    const reply = await web.call(method, path, body);

    expect(reply.status).toBe(status);
    expect(reply.body.error).toMatch(message);
  });
});

describe("reading and cancelling executions", () => {
  test("an execution has every field of the contract", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    const { executionId } = (
      await web.call("POST", "/api/workflows/doubling/execute", { amount: 21 })
    ).body;
    await untilStatus(web.engine, executionId, "completed");

    const { status, body } = await web.call("GET", `/api/executions/${executionId}`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      executionId,
      workflowId: "doubling",
      workflowVersion: 1,
      status: "completed",
      waitingOn: [],
      currentStep: null,
      trigger: { type: "api" },
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      completedAt: expect.stringMatching(/Z$/),
      totalDuration: expect.any(Number),
      variables: { amount: 21 },
      stepResults: { double: { status: "completed", output: 42 } },
      steps: [
        {
          stepId: "double",
          path: expect.any(String),
          status: "completed",
          duration: expect.any(Number),
          cost: 0,
          output: 42,
        },
      ],
      costAccumulator: 0,
      totalCost: 0,
      output: 42,
      errors: [],
    });
  });

  test("the list is newest first, filtered, and goes on where the page before ended", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    await web.call("POST", "/api/workflows", waiting);
    for (const amount of [1, 2, 3])
      await web.call("POST", "/api/workflows/doubling/execute", { amount });
    const other = (await web.call("POST", "/api/workflows/waiting/execute")).body.executionId;

    const first = (await web.call("GET", "/api/executions?workflowId=doubling&limit=2")).body;
    const second = (
      await web.call(
        "GET",
        `/api/executions?workflowId=doubling&limit=2&cursor=${encodeURIComponent(first.nextCursor)}`,
      )
    ).body;

    expect(first.executions).toHaveLength(2);
    expect(second.executions).toHaveLength(1);
    expect(second.nextCursor).toBeNull();
    await untilStatus(web.engine, other, "waiting");
    expect((await web.call("GET", "/api/executions?status=waiting")).body.executions).toMatchObject(
      [{ executionId: other }],
    );
  });

  test("runs have the labels that their workflow gives them, and are found by these", async () => {
    await using web = await startWeb();
    const labels = { customer: "{{variables.customer}}", about: "{{variables.gone}}", by: "api" };
    await web.call("POST", "/api/workflows", { ...doubling, labels });
    const long = `  Mu\u0308ller ${"x".repeat(300)}`;
    const start = async (customer: string): Promise<string> =>
      (await web.call("POST", "/api/workflows/doubling/execute", { amount: 1, customer })).body
        .executionId;
    const [acme, other] = [await start("ACME & Co"), await start(long)];
    const list = async (query: string) =>
      (await web.call("GET", `/api/executions?${query}`)).body.executions;

    expect(await list(`label.customer=${encodeURIComponent("ACME & Co")}`)).toMatchObject([
      { executionId: acme, labels: { customer: "ACME & Co", by: "api" } },
    ]);
    expect(await list(`label.customer=${encodeURIComponent(long)}&label.by=api`)).toMatchObject([
      { executionId: other },
    ]);
    expect(await list("label.customer=ACME")).toEqual([]);
    const { body } = await web.call("GET", `/api/executions/${acme}`);
    expect(body.labels).toEqual({ customer: "ACME & Co", by: "api" });
  });

  test.for([
    ["/api/executions?status=done", /status: must be one of queued/],
    ["/api/executions?limit=0", /limit: must be a whole number from 1 to 200/],
    ["/api/executions?limit=1000", /limit: must be a whole number from 1 to 200/],
    ["/api/executions?limit=many", /limit: must be a whole number from 1 to 200/],
    ["/api/executions?cursor=nonsense", /cursor/i],
    ["/api/executions?label.a%20b=x", /label\.a b.*must be label\. and the name of a label/],
  ] as const)("GET %s is refused", async ([path, message]) => {
    await using web = await startWeb();

    const reply = await web.call("GET", path);

    expect(reply.status).toBe(400);
    expect(reply.body.error).toMatch(message);
  });

  test("an execution that waits is cancelled, once", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", waiting);
    const { executionId } = (await web.call("POST", "/api/workflows/waiting/execute")).body;
    await untilStatus(web.engine, executionId, "waiting");

    const cancelled = await web.call("POST", `/api/executions/${executionId}/cancel`);
    await untilStatus(web.engine, executionId, "cancelled");

    expect(cancelled).toMatchObject({ status: 200, body: { executionId } });
    expect((await web.call("POST", `/api/executions/${executionId}/cancel`)).status).toBe(409);
  });

  test("an unknown execution is 404 everywhere", async () => {
    await using web = await startWeb();

    expect((await web.call("GET", "/api/executions/exec_0")).status).toBe(404);
    expect((await web.call("POST", "/api/executions/exec_0/cancel")).status).toBe(404);
    expect((await web.call("GET", "/api/executions/__proto__")).status).toBe(404);
  });
});
