import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { doubling, startWeb, untilStatus } from "./start-web.ts";

type Web = Awaited<ReturnType<typeof startWeb>>;

async function run(web: Web, amount = 2): Promise<string> {
  const { body } = await web.call("POST", "/api/workflows/doubling/execute", { amount });
  await untilStatus(web.engine, body.executionId, "completed");
  return body.executionId;
}

async function untilGone(web: Web, id: string): Promise<void> {
  await until(async () => {
    const { status } = await web.call("GET", `/api/executions/${id}`);
    return status === 404 ? true : undefined;
  });
}

describe("archiving over HTTP", () => {
  test("nothing starts it, lists leave it out, and it comes back", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);

    const archived = await web.call("POST", "/api/workflows/doubling/archive");
    expect(archived.body).toMatchObject({ changed: true, archivedBy: "api" });
    expect((await web.call("GET", "/api/workflows")).body.workflows).toEqual([]);
    const all = (await web.call("GET", "/api/workflows?archived=true")).body.workflows;
    expect(all).toMatchObject([{ archived: { by: "api", at: archived.body.archivedAt } }]);
    for (const [path, body] of [
      ["/api/workflows/doubling/execute", { amount: 1 }],
      ["/api/workflows", doubling],
      ["/api/workflows/doubling/activate", { version: 1 }],
    ] as const) {
      const refused = await web.call("POST", path, body);
      expect([path, refused.status, refused.body.code]).toEqual([path, 409, "workflow_archived"]);
      expect(refused.body.error).toMatch(/archived by the operator \(\d{4}-.*unarchive/);
    }
    expect((await web.call("POST", "/api/workflows/doubling/unarchive")).body).toMatchObject({
      wasArchived: true,
    });
    await run(web);
    expect((await web.call("POST", "/api/workflows/nothing/archive")).status).toBe(404);
  });
});

describe("removing over HTTP", () => {
  test("a run goes, and is answered with when it went", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    const id = await run(web);

    const answer = await web.call("DELETE", `/api/executions/${id}`);
    expect(answer).toMatchObject({ status: 200, body: { success: true, executionId: id } });
    await untilGone(web, id);

    const gone = await web.call("GET", `/api/executions/${id}`);
    expect(gone.body).toMatchObject({
      code: "execution_not_found",
      error: expect.stringMatching(/was removed on \d{4}-\d\d-\d\d by the operator/),
    });
    expect((await web.call("DELETE", `/api/executions/${id}`)).status).toBe(404);
    const removals = async () => (await web.call("GET", "/api/removals")).body.removals;
    expect(
      await until(async () => {
        const [last] = await removals();
        return last.endedAt === null ? undefined : last;
      }),
    ).toMatchObject({ by: "api", removed: 1, kept: 0 });
    expect((await web.call("GET", "/api/workflows/doubling/metrics")).body).toMatchObject({
      totalExecutions: 1,
    });
  });

  test("what only begins the id of a run, of one or of several, removes none", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    const ids = [await run(web), await run(web)];

    for (const id of [ids[0]?.slice(0, 12), ids[0]?.slice(5), "exec_"]) {
      const refused = await web.call("DELETE", `/api/executions/${id}`);
      expect([refused.status, refused.body.code]).toEqual([404, "execution_not_found"]);
    }
    expect((await web.call("GET", "/api/removals")).body.removals).toEqual([]);
    expect((await web.call("GET", "/api/executions")).body.executions).toHaveLength(2);
  });

  test("runs are counted first, and removed by what they are", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    const ids = [await run(web), await run(web)];
    const path = "/api/executions/remove";

    const dry = await web.call("POST", path, { workflowId: "doubling", dryRun: true });
    expect(dry.body).toMatchObject({ dryRun: true, runs: 2, isMore: false, removal: null });
    const old = { endedBefore: "2020-01-01T00:00:00Z", dryRun: true };
    expect((await web.call("POST", path, old)).body).toMatchObject({ runs: 0 });
    expect((await web.call("POST", path, { executionIds: ids })).body).toMatchObject({ runs: 2 });
    for (const id of ids) await untilGone(web, id);
  });

  test.each([
    ["nothing", {}],
    ["a dry run of nothing", { dryRun: true }],
    ["runs and a filter", { executionIds: ["a"], workflowId: "doubling" }],
    ["a status of runs under way", { status: "running" }],
    ["a day without a zone", { endedBefore: "2020-01-01T00:00:00" }],
    ["another member", { workflow: "doubling" }],
  ])("%s is refused by name", async (_, body) => {
    await using web = await startWeb();

    expect(await web.call("POST", "/api/executions/remove", body)).toMatchObject({
      status: 400,
      body: { code: "input_invalid" },
    });
  });
});
