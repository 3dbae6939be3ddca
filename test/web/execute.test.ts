import { describe, expect, test } from "vitest";
import { doubling, startWeb, untilStatus, waiting } from "./start-web.ts";

const EXECUTE = "/api/workflows/doubling/execute";

describe("starting over HTTP", () => {
  test("the body is the variables", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);

    const { status, body } = await web.call("POST", EXECUTE, { amount: 2 });
    await untilStatus(web.engine, body.executionId, "completed");

    expect(status).toBe(200);
    expect(body).toEqual({
      executionId: expect.stringMatching(/^exec_[0-9a-f]{16}$/),
      status: "started",
    });
    expect(await web.engine.executions.get(body.executionId)).toMatchObject({ output: 4 });
  });

  test("no body is no variables, and what curl calls a form is JSON all the same", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", waiting, {
      "Content-Type": "application/x-www-form-urlencoded",
    });

    expect((await web.call("POST", "/api/workflows/waiting/execute")).status).toBe(200);
  });

  test.for([
    [{}, "amount"],
    [{ amount: "2" }, "amount"],
    [{ amount: null }, "amount"],
  ] as const)("%j is refused, naming the input, and nothing starts", async ([variables, name]) => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);

    const { status, body } = await web.call("POST", EXECUTE, variables);

    expect(status).toBe(400);
    expect(body.error).toContain(name);
    expect(body.problems).toMatchObject([
      { path: expect.stringContaining(name), fix: expect.any(String) },
    ]);
    expect((await web.call("GET", "/api/executions")).body.executions).toEqual([]);
  });

  test.for(["[]", "7", '"x"', "null"])("%s is no object of variables", async (text) => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", waiting);

    const { status, body } = await web.call("POST", "/api/workflows/waiting/execute", text);

    expect(status).toBe(400);
    expect(body.problems).toHaveLength(1);
  });

  test("names of the prototype are data", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", waiting);

    const { status } = await web.call(
      "POST",
      "/api/workflows/waiting/execute",
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    );

    expect(status).toBe(200);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("an unknown workflow is 404", async () => {
    await using web = await startWeb();

    expect((await web.call("POST", "/api/workflows/constructor/execute", {})).status).toBe(404);
  });
});

describe("the Idempotency-Key", () => {
  test("a repeat answers the first id, also when both come at once", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", waiting);
    const start = () =>
      web.call(
        "POST",
        "/api/workflows/waiting/execute",
        { a: 1 },
        { "Idempotency-Key": "order-7" },
      );

    const replies = await Promise.all([start(), start(), start()]);
    const late = await start();

    const ids = new Set([...replies, late].map((reply) => reply.body.executionId));
    expect(ids.size).toBe(1);
    expect(late.body).toMatchObject({ status: "started", duplicate: true });
    expect((await web.call("GET", "/api/executions")).body.executions).toHaveLength(1);
  });

  test("a repeat is recognized by its content, not by the order of its names", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", waiting);
    const headers = { "Idempotency-Key": "k" };
    await web.call("POST", "/api/workflows/waiting/execute", { a: 1, b: 2 }, headers);

    const same = await web.call("POST", "/api/workflows/waiting/execute", { b: 2, a: 1 }, headers);
    const other = await web.call("POST", "/api/workflows/waiting/execute", { a: 1, b: 3 }, headers);

    expect(same.status).toBe(200);
    expect(other).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining("use a new key") },
    });
  });

  test("keys of two workflows do not meet", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", waiting);
    await web.call("POST", "/api/workflows", doubling);
    const headers = { "Idempotency-Key": "same" };

    const one = await web.call("POST", "/api/workflows/waiting/execute", { amount: 1 }, headers);
    const two = await web.call("POST", EXECUTE, { amount: 1 }, headers);

    expect(two.body.executionId).not.toBe(one.body.executionId);
  });

  test.for(["", "x".repeat(256)])("a key of %j is refused", async (key) => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", waiting);

    const reply = await web.call(
      "POST",
      "/api/workflows/waiting/execute",
      {},
      { "Idempotency-Key": key },
    );

    expect(reply.status).toBe(400);
  });
});
