import { describe, expect, test } from "vitest";
import { ASKING } from "../support/asking-workflow.ts";
import { until } from "../support/until.ts";
import { startWeb, untilStatus } from "./start-web.ts";

type Web = Awaited<ReturnType<typeof startWeb>>;

async function startedWeb(): Promise<Web> {
  const web = await startWeb();
  await web.call("POST", "/api/workflows", ASKING);
  return web;
}

async function run(web: Web, customer: string): Promise<string> {
  const { body } = await web.call("POST", "/api/workflows/asking/execute", { customer });
  await untilStatus(web.engine, body.executionId, "waiting");
  return body.executionId;
}

async function over(web: Web, id: string) {
  return until(async () => {
    const { body } = await web.call("GET", `/api/jobs/${id}`);
    return body.endedAt === null ? undefined : body;
  });
}

describe("doing the same with many runs over HTTP", () => {
  test("they are counted, cancelled in the background, and the job is read", async () => {
    await using web = await startedWeb();
    const ids = [await run(web, "acme"), await run(web, "acme"), await run(web, "other")];
    const wanted = { action: "cancel", workflowId: "asking", labels: { customer: "acme" } };

    const dry = await web.call("POST", "/api/jobs", { ...wanted, dryRun: true });
    expect(dry.body).toEqual({ success: true, dryRun: true, runs: 2, isMore: false, job: null });
    const begun = await web.call("POST", "/api/jobs", { ...wanted, status: "waiting,running" });
    expect(begun.body).toMatchObject({ runs: 2, job: { kind: "cancel", by: "api", done: 0 } });
    const job = await over(web, begun.body.job.id);

    expect(job).toMatchObject({ total: 2, done: 2, left: [], stopped: null });
    await untilStatus(web.engine, ids[0] ?? "", "cancelled");
    await untilStatus(web.engine, ids[1] ?? "", "cancelled");
    expect((await web.call("GET", `/api/executions/${ids[2]}`)).body.status).toBe("waiting");
    expect((await web.call("GET", "/api/jobs")).body.jobs).toEqual([job]);
    const stopped = await web.call("POST", `/api/jobs/${job.id}/stop`);
    expect(stopped.body).toEqual({ success: true, job });
  });

  test("the same request with the same key begins one job", async () => {
    await using web = await startedWeb();
    await run(web, "acme");
    const ask = () =>
      web.call(
        "POST",
        "/api/jobs",
        { action: "cancel", workflowId: "asking" },
        { "Idempotency-Key": "once" },
      );

    const first = await ask();
    const second = await ask();

    expect(second.body).toEqual(first.body);
    expect((await web.call("GET", "/api/jobs")).body.jobs).toHaveLength(1);
  });

  test("removals are jobs, too", async () => {
    await using web = await startedWeb();
    const id = await run(web, "acme");
    await web.call("POST", `/api/executions/${id}/cancel`);
    await untilStatus(web.engine, id, "cancelled");
    const { body } = await web.call("DELETE", `/api/executions/${id}`);

    expect(await over(web, body.removal.id)).toMatchObject({
      kind: "remove",
      total: null,
      done: 1,
    });
  });

  test("an unknown job is not found, and neither is an unknown run or workflow", async () => {
    await using web = await startedWeb();

    for (const [method, path] of [
      ["GET", "/api/jobs/job_0"],
      ["POST", "/api/jobs/job_0/stop"],
    ] as const)
      expect(await web.call(method, path)).toMatchObject({
        status: 404,
        body: { code: "job_not_found" },
      });
    const unknown = { action: "cancel", executionIds: ["exec_0"] };
    expect((await web.call("POST", "/api/jobs", unknown)).body.code).toBe("execution_not_found");
    const inputs = { action: "cancel", workflowId: "nothing", inputs: { a: "b" } };
    expect((await web.call("POST", "/api/jobs", inputs)).body.code).toBe("workflow_not_found");
  });

  test.each([
    ["nothing", {}],
    ["no runs", { action: "cancel" }],
    ["another action", { action: "delete", workflowId: "asking" }],
    ["runs and a filter", { action: "cancel", executionIds: ["a"], workflowId: "asking" }],
    ["a status that does not fit", { action: "retry", status: "running" }],
    ["a status that there is not", { action: "cancel", status: "open" }],
    ["inputs of any workflow", { action: "cancel", inputs: { customer: "acme" } }],
    ["another member", { action: "cancel", workflow: "asking" }],
  ])("%s is refused by name", async (_, body) => {
    await using web = await startedWeb();

    expect(await web.call("POST", "/api/jobs", body)).toMatchObject({
      status: 400,
      body: { code: "input_invalid" },
    });
    expect((await web.call("GET", "/api/jobs")).body.jobs).toEqual([]);
  });
});
