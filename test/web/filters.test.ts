import { describe, expect, test } from "vitest";
import { doubling, type RunningWeb, startWeb, untilStatus, waiting } from "./start-web.ts";

const secretive = {
  ...doubling,
  id: "secretive",
  inputs: { amount: { type: "number" }, pin: { type: "string", sensitive: true } },
};

/** Starts one run after the other. @returns their ids. */
async function start(web: RunningWeb, workflow: string, each: readonly object[]) {
  const ids: string[] = [];
  for (const variables of each) {
    const { body } = await web.call("POST", `/api/workflows/${workflow}/execute`, variables);
    ids.push(body.executionId);
  }
  return ids;
}

async function list(web: RunningWeb, query: string): Promise<readonly string[]> {
  const { status, body } = await web.call("GET", `/api/executions?${query}`);
  expect([status, body.error]).toEqual([200, undefined]);
  return body.executions.map(({ executionId }: { executionId: string }) => executionId);
}

describe("GET /api/executions", () => {
  test("finds runs by several statuses, version, times and the values of inputs", async () => {
    await using web = await startWeb();
    for (const definition of [doubling, waiting])
      await web.engine.workflows.deploy(definition, { by: "test" });
    const [one, two] = await start(web, "doubling", [{ amount: 1 }, { amount: 25 }]);
    await web.engine.workflows.deploy({ ...doubling, name: "Second" }, { by: "test" });
    const [three] = await start(web, "doubling", [{ amount: 25 }]);
    const [held] = await start(web, "waiting", [{}]);
    for (const id of [one, two, three]) await untilStatus(web.engine, id ?? "", "completed");
    await web.call("POST", `/api/executions/${held}/cancel`, {});
    await untilStatus(web.engine, held ?? "", "cancelled");
    const ids = (...expected: unknown[]) => expected.toSorted();
    const found = async (query: string) => ids(...(await list(web, query)));

    expect(await found("status=completed,cancelled")).toEqual(ids(one, two, three, held));
    expect(await found("status=failed,cancelled&workflowId=waiting")).toEqual([held]);
    expect(await found("workflowId=doubling&version=1")).toEqual(ids(one, two));
    expect(await found("workflowId=doubling&input.amount=25")).toEqual(ids(two, three));
    expect(await found("workflowId=doubling&input.amount=25&version=2")).toEqual([three]);
    expect(await found("endedBefore=2020-01-01T00:00:00Z")).toEqual([]);
    expect(await found("startedFrom=2020-01-01&endedFrom=2020-01-01T00:00:00Z")).toHaveLength(4);
    expect(await found("startedBefore=2020-01-01")).toEqual([]);
    expect(await found("startedBy=U0BOB")).toEqual([]);
  });

  test("finds nothing by what is sensitive", async () => {
    await using web = await startWeb();
    await web.engine.workflows.deploy(secretive, { by: "test" });
    await start(web, "secretive", [{ amount: 1, pin: "4711" }]);

    const { status, body } = await web.call(
      "GET",
      "/api/executions?workflowId=secretive&input.pin=4711",
    );

    expect([status, body.code, body.problems[0].path]).toEqual([400, "input_invalid", "input.pin"]);
    expect(await list(web, "workflowId=secretive&input.amount=1")).toHaveLength(1);
  });

  test.for([
    { query: "status=done", path: "status" },
    { query: "status=failed,", path: "status" },
    { query: "version=0", path: "version" },
    { query: "startedFrom=yesterday", path: "startedFrom" },
    { query: "endedBefore=2020-13-45", path: "endedBefore" },
    { query: "input.amount=1", path: "workflowId" },
    { query: "workflowId=doubling&input.=1", path: "input." },
    { query: "workflowId=doubling&input.other=1", path: "input.other" },
  ])("says what is wrong with $query", async ({ query, path }) => {
    await using web = await startWeb();
    await web.engine.workflows.deploy(doubling, { by: "test" });

    const { status, body } = await web.call("GET", `/api/executions?${query}`);

    expect([status, body.code]).toEqual([400, "input_invalid"]);
    expect(body.problems[0].path).toContain(path.replace(/\.$/, ""));
  });
});
