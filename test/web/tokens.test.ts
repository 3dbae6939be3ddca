import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TokenScope } from "../../src/engine/ports/tokens.ts";
import { newApiToken } from "../../src/shared/api-token.ts";
import { createTelemetry } from "../../src/web/telemetry.ts";
import { until } from "../support/until.ts";
import { doubling, type RunningWeb, startWeb, untilStatus, waiting } from "./start-web.ts";

const OPERATOR = { authorization: "Bearer the-operator's-token" };

/** A bot that listens for the whole network, with a workflow that Bob may run, and the token of an operator. */
async function open(tokenRatePerSecond = 20): Promise<RunningWeb> {
  const web = await startWeb(
    { host: "0.0.0.0", apiToken: "the-operator's-token", telemetry: createTelemetry() },
    undefined,
    { admins: ["U0ALICE"], tokenRatePerSecond },
  );
  for (const definition of [doubling, waiting])
    await web.engine.workflows.deploy(definition, { by: "U0ALICE" });
  return web;
}

/** The headers of a program with a token of a person. */
async function tokenOf({ engine }: RunningWeb, owner: string, ...scopes: readonly TokenScope[]) {
  const { token, view } = await engine.tokens.create({ name: "program", owner, scopes }, owner);
  return { headers: { authorization: `Bearer ${token}` }, id: view.id };
}

describe("a token of a person", () => {
  test("starts, sees and ends runs in the name of its owner, as its owner may", async () => {
    await using web = await open();
    const bob = await tokenOf(web, "U0BOB", "read", "run");
    const carol = await tokenOf(web, "U0CAROL", "read", "run");

    const { status, body } = await web.call(
      "POST",
      "/api/workflows/waiting/execute",
      {},
      bob.headers,
    );
    const run = `/api/executions/${body.executionId}`;

    expect(status).toBe(200);
    expect((await web.call("GET", run, undefined, bob.headers)).body.trigger).toMatchObject({
      type: "api",
      userId: "U0BOB",
    });
    expect((await web.call("GET", run, undefined, carol.headers)).status).toBe(403);
    expect((await web.call("GET", "/api/executions", undefined, carol.headers)).body).toMatchObject(
      { executions: [] },
    );
    expect((await web.call("POST", `${run}/cancel`, {}, carol.headers)).status).toBe(403);
    expect((await web.call("POST", `${run}/cancel`, {}, bob.headers)).status).toBe(200);
    await untilStatus(web.engine, body.executionId, "cancelled");
  });

  test.for<{ scopes: TokenScope[]; method: string; path: string; status: number }>([
    { scopes: ["read"], method: "GET", path: "/api/workflows", status: 200 },
    { scopes: ["run", "deploy"], method: "GET", path: "/api/workflows", status: 403 },
    { scopes: ["admin"], method: "GET", path: "/api/workflows", status: 200 },
    {
      scopes: ["read", "deploy"],
      method: "POST",
      path: "/api/workflows/doubling/execute",
      status: 403,
    },
    { scopes: ["read", "run"], method: "POST", path: "/api/workflows/doubling/pause", status: 403 },
    { scopes: ["deploy"], method: "POST", path: "/api/workflows/doubling/pause", status: 200 },
    { scopes: ["read", "run", "deploy"], method: "GET", path: "/api/audit", status: 403 },
    { scopes: ["admin"], method: "GET", path: "/metrics", status: 200 },
  ])(
    "with $scopes is answered $status for $method $path, though its owner may",
    async ({ scopes, method, path, status }) => {
      await using web = await open();
      const { headers } = await tokenOf(web, "U0ALICE", ...scopes);
      const response = await fetch(`${web.url.replace("0.0.0.0", "127.0.0.1")}${path}`, {
        method,
        headers,
        ...(method === "POST" && { body: '{"amount": 1}' }),
      });

      expect(response.status).toBe(status);
      if (status === 403)
        expect(await response.json()).toMatchObject({
          code: "scope_missing",
          error: expect.stringMatching(/^This token is for .*; the request needs the scope \w+\./),
        });
      else await response.text();
    },
  );

  test.for([
    { method: "GET", path: "/metrics" },
    { method: "GET", path: "/api/audit" },
    { method: "POST", path: "/api/budgets" },
    { method: "POST", path: "/api/pause" },
    { method: "POST", path: "/api/events" },
    { method: "POST", path: "/api/workflows" },
  ])("of a member does not get $method $path, whatever its scopes", async ({ method, path }) => {
    await using web = await open();
    const { headers } = await tokenOf(web, "U0BOB", "read", "run", "deploy", "admin");
    const bodies: Record<string, unknown> = {
      "/api/budgets": { scope: "all", monthlyUsd: 1 },
      "/api/workflows": { ...doubling, id: "other" },
      "/api/events": { name: "order.paid" },
    };

    const { status, body } = await web.call(
      method,
      path,
      method === "POST" ? (bodies[path] ?? {}) : undefined,
      headers,
    );

    expect([status, body.code]).toEqual([403, "not_allowed"]);
  });

  test("that is wrong, revoked or made up is refused, from this machine as well", async () => {
    await using web = await startWeb();
    await web.engine.workflows.deploy(doubling, { by: "test" });
    const { headers, id } = await tokenOf(web, "U0BOB", "read");
    const ask = (authorization: string) =>
      web.call("GET", "/api/workflows", undefined, { authorization });
    expect((await ask(headers.authorization)).status).toBe(200);
    await web.engine.tokens.revoke(id, "U0BOB");

    for (const wrong of [headers.authorization, `Bearer ${newApiToken()}`, "Bearer heddle_x"]) {
      const { status, body, headers: answered } = await ask(wrong);
      expect([status, body.code]).toEqual([401, "token_invalid"]);
      expect(answered.get("www-authenticate")).toContain("Bearer");
    }
    expect((await web.call("GET", "/api/workflows")).status).toBe(200);
  });

  test("has a limit of its own, and is asked to wait", async () => {
    await using web = await open(1);
    const [one, two] = [await tokenOf(web, "U0BOB", "read"), await tokenOf(web, "U0BOB", "read")];
    const ask = ({ headers }: typeof one) => web.call("GET", "/api/workflows", undefined, headers);
    for (let n = 0; n < 5; n += 1) expect((await ask(one)).status).toBe(200);

    const { status, headers, body } = await ask(one);

    expect([status, body.code]).toEqual([429, "rate_limited"]);
    expect(headers.get("retry-after")).toBe("1");
    expect((await ask(two)).status).toBe(200);
    expect((await web.call("GET", "/api/workflows", undefined, OPERATOR)).status).toBe(200);
  });

  test("leaves a record of each change that it makes, and of nothing that it reads", async () => {
    await using web = await open();
    const { headers, id } = await tokenOf(web, "U0ALICE", "admin");
    await web.call("GET", "/api/workflows/doubling", undefined, headers);
    await web.call("POST", "/api/workflows/doubling/pause", {}, headers);
    await web.call("POST", "/api/workflows/nowhere/pause", {}, headers);

    const { records } = await web.engine.audit.list({ action: "token", limit: 9 }, "api");

    expect(records.slice(1)).toMatchObject([
      {
        actor: "U0ALICE",
        surface: "api",
        workflowId: "doubling",
        detail: { used: id, name: "program", request: "POST /api/workflows/doubling/pause" },
      },
    ]);
    const { records: pauses } = await web.engine.audit.list({ action: "pause", limit: 9 }, "api");
    expect(pauses).toMatchObject([{ actor: "U0ALICE", workflowId: "doubling", surface: "api" }]);
  });

  test("acts by HTTP, as the audit says of each change, also of those that runs and jobs make", async () => {
    await using web = await open();
    const { headers } = await tokenOf(web, "U0ALICE", "admin");
    const send = async (path: string, body: object = {}) =>
      (await web.call("POST", path, body, headers)).body;
    const { executionId } = await send("/api/workflows/waiting/execute");
    await send(`/api/executions/${executionId}/cancel`);
    await untilStatus(web.engine, executionId, "cancelled");
    await send(`/api/executions/${executionId}/retry`);
    await untilStatus(web.engine, executionId, "waiting");
    const { job } = await send("/api/jobs", { action: "cancel", workflowId: "waiting" });
    await until(async () =>
      (await web.engine.jobs.get(job.id, "api")).endedAt === null ? undefined : true,
    );
    await untilStatus(web.engine, executionId, "cancelled");
    // Afterwards the same person in Slack.
    await web.engine.workflows.pause("waiting", "U0ALICE");

    const { records } = await web.engine.audit.list({ actor: "U0ALICE", limit: 50 }, "api");
    const made = records
      .filter(({ action }) => action !== "token" && action !== "deploy")
      .map(({ action, surface }) => `${action} ${surface}`);

    expect(made.toSorted()).toEqual(
      [
        ...["start api", "cancel api", "retry api", "cancel api", "bulk api", "bulk api"],
        "pause slack",
      ].toSorted(),
    );
  });
});

test("no route acts as the operator: what a caller may do follows from who called", async () => {
  const folder = join(import.meta.dirname, "../../src/web/routes");
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));

  // Where a caller is compared with the operator, to be recorded as what it is.
  const allowed = new Set(["execute.ts", "events.ts"]);
  const acting = files.filter((_, n) => /\bOPERATOR\b|by: "api"/.test(texts[n] ?? ""));
  expect(acting.filter((file) => !allowed.has(file))).toEqual([]);
});
