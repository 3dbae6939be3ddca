import { describe, expect, test } from "vitest";
import { executionIdFor } from "../../../src/engine/model/execution-id.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const STEPS = [{ id: "compute", type: "transform", config: { expression: "1" } }];
const ASKING = [
  {
    id: "ask",
    type: "approval",
    config: { title: "Shall we?", approvers: ["U0BOB"] },
    next: { approve: "end", reject: "end" },
  },
];
const ARCHIVED = /"child" was archived by <@U0ALICE> \(2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)/;

const child = (more: JsonObject = {}): JsonObject => ({
  id: "child",
  name: "Child",
  steps: STEPS,
  ...more,
});

/** Starts the workflow `child` in every way that a caller has. */
function startBy(harness: WorkflowHarness, type: "slash" | "api" | "manual" | "message") {
  return harness.engine.executions.start({
    workflowId: "child",
    variables: {},
    variableForm: "json",
    trigger: { type, ...(type !== "api" && { userId: "U0ALICE" }) },
  });
}

async function runsOf(harness: WorkflowHarness): Promise<number> {
  return (await harness.engine.executions.list({ workflowId: "child" })).executions.length;
}

describe("an archived workflow", () => {
  test("is started by nobody, and says who archived it and how it comes back", async () => {
    await using harness = await WorkflowHarness.open(child());
    await harness.engine.workflows.archive("child", "U0ALICE");

    for (const type of ["slash", "api", "manual", "message"] as const) {
      await expect(startBy(harness, type)).rejects.toMatchObject({
        code: "workflow_archived",
        message: expect.stringMatching(ARCHIVED),
      });
    }
    await expect(startBy(harness, "api")).rejects.toThrow(/unarchive child/);
    expect(await runsOf(harness)).toBe(0);
  });

  test("is left out of lists unless it is asked for, and can be read", async () => {
    await using harness = await WorkflowHarness.open(child());
    const { engine, clock } = harness;
    await engine.workflows.archive("child", "U0ALICE");

    expect(await engine.workflows.list()).toEqual([]);
    expect(await engine.workflows.runnableBy("U0ALICE")).toEqual([]);
    expect(await engine.workflows.deployableBy("U0ALICE")).toEqual([]);
    const archived = { by: "U0ALICE", at: clock.now() };
    expect(await engine.workflows.list({ archived: true })).toMatchObject([
      { id: "child", archived },
    ]);
    expect(await engine.workflows.get("child")).toMatchObject({ archived, active: true });
  });

  test("lets its runs under way go to their end", async () => {
    await using harness = await WorkflowHarness.open(child({ steps: ASKING }));
    const { executionId } = await harness.start("child", {});

    await harness.engine.workflows.archive("child", "U0ALICE");

    expect(await harness.decide(executionId, "U0BOB", "approve")).toMatchObject({
      status: "completed",
    });
    await expect(
      harness.engine.executions.retry({ executionId, by: "U0ALICE", variableForm: "json" }),
    ).rejects.toMatchObject({ code: "workflow_archived" });
  });

  test("fails the step of a workflow that calls it, with the reason", async () => {
    await using harness = await WorkflowHarness.open(child());
    const step = { id: "call", type: "workflow", config: { workflowId: "child" } };
    const parent = { id: "parent", name: "Parent", steps: [step] };
    await harness.engine.workflows.deploy(parent, { by: "test" });
    await harness.engine.workflows.archive("child", "U0ALICE");

    const view = await harness.start("parent", {});

    expect(view).toMatchObject({
      status: "failed",
      error: { code: "workflow_archived", message: expect.stringMatching(ARCHIVED) },
    });
  });

  test("is not started by its schedule, and what was due meanwhile is not made up for", async () => {
    const trigger = { type: "schedule", cron: "0 * * * *", missed: "all" };
    await using harness = await WorkflowHarness.open(child({ triggers: [trigger] }));
    const { engine, clock } = harness;
    await clock.advance(3_600_000);
    await settle();
    expect(await runsOf(harness)).toBe(1);

    await engine.workflows.archive("child", "U0ALICE");
    expect(await engine.triggers.upcoming("child", 3)).toEqual([]);
    await clock.advance(5 * 3_600_000);
    await settle();
    await engine.workflows.unarchive("child", "U0ALICE");
    await settle();

    expect(await runsOf(harness)).toBe(1);
    await clock.advance(3_600_000);
    await settle();
    expect(await runsOf(harness)).toBe(2);
  });

  test("answers no webhook, and gives its path away; whoever took it keeps it", async () => {
    const hook = { trigger: { type: "webhook", path: "/webhooks/child", public: true } };
    await using harness = await WorkflowHarness.open(child(hook));
    const { engine } = harness;
    await engine.workflows.archive("child", "U0ALICE");

    const call = { path: "/webhooks/child", isLocal: true, headers: {}, query: "" };
    await expect(engine.triggers.checkWebhook(call)).rejects.toMatchObject({
      code: "route_not_found",
    });
    const other = { id: "other", name: "Other", steps: STEPS, ...hook };
    expect(await engine.workflows.deploy(other, { by: "test" })).toMatchObject({ deployed: true });

    await expect(engine.workflows.unarchive("child", "U0ALICE")).rejects.toMatchObject({
      code: "definition_conflict",
      message: expect.stringContaining('the workflow "other" listens at /webhooks/child'),
    });
    expect(await engine.workflows.get("child")).toHaveProperty("archived");
  });

  test("answers no webhook either in a process that has not heard of it yet", async () => {
    const hook = { trigger: { type: "webhook", path: "/webhooks/child", public: true } };
    await using harness = await WorkflowHarness.open(child(hook));
    const { engine, store } = harness;
    const request = { path: "/webhooks/child", isLocal: true, headers: {}, query: "" };
    const body = Buffer.from("{}");
    await engine.triggers.receiveWebhook({ ...request, body });
    const record = await store.workflows.get("child");
    if (record === null) throw new Error("It is not stored.");

    // As another process does it.
    const archived = { by: "U0ALICE", at: harness.clock.now() };
    await store.workflows.save({ ...record, archived, updatedAt: archived.at + 1 });

    await expect(
      engine.triggers.receiveWebhook({ ...request, body: Buffer.from('{"other": 1}') }),
    ).rejects.toMatchObject({ code: "route_not_found" });
    expect(await runsOf(harness)).toBe(1);
  });

  test("forgets how far it had read a database, so that rows of the meantime start nothing", async () => {
    await using harness = await WorkflowHarness.open(child());
    const { engine, store } = harness;
    await store.kv.set("database-change:child:trigger-1", { at: 1 });
    await store.kv.set("database-change:child-2:trigger-1", { at: 1 });
    await engine.workflows.archive("child", "U0ALICE");
    await engine.workflows.unarchive("child", "U0ALICE");

    const left = await store.kv.list("database-change:");
    expect(left.map(({ key }) => key)).toEqual(["database-change:child-2:trigger-1"]);
  });

  test("takes no deployment, activation or changed file: it was archived on purpose", async () => {
    await using harness = await WorkflowHarness.open(child());
    const { workflows } = harness.engine;
    expect(await workflows.deployFile("child.json", child())).toMatchObject({});
    await workflows.archive("child", "U0ALICE");
    const changed = child({ name: "Changed" });
    const refused = { code: "workflow_archived", message: expect.stringMatching(ARCHIVED) };

    await expect(workflows.deploy(changed, { by: "api" })).rejects.toMatchObject(refused);
    await expect(workflows.activate("child", 1, "api")).rejects.toMatchObject(refused);
    await expect(workflows.deployFile("child.json", changed)).rejects.toMatchObject(refused);
    expect(await workflows.deployFile("child.json", child())).toMatchObject({
      outcome: "unchanged",
    });
    expect(await workflows.get("child")).toMatchObject({ version: 1, active: true });
  });

  test("comes back with the version that was active; both are recorded once", async () => {
    await using harness = await WorkflowHarness.open(child());
    const { engine, store } = harness;
    await engine.workflows.archive("child", "U0ALICE");
    expect(await engine.workflows.archive("child", "U0BOB")).toMatchObject({
      changed: false,
      archived: { by: "U0ALICE" },
    });
    expect(await engine.workflows.unarchive("child", "U0BOB")).toBe(true);
    expect(await engine.workflows.unarchive("child", "U0BOB")).toBe(false);

    expect(await harness.start("child", {})).toMatchObject({ status: "completed" });
    const recorded = await store.audit.list({ workflowId: "child", limit: 20 });
    expect(
      recorded
        .filter(({ action }) => action === "archive" || action === "unarchive")
        .map(({ action, actor }) => [action, actor]),
    ).toEqual([
      ["archive", "U0ALICE"],
      ["unarchive", "U0BOB"],
    ]);
  });

  test("is archived by those alone who may deploy it; a dry run changes nothing", async () => {
    await using harness = await WorkflowHarness.open(
      child({ permissions: { deploy: ["U0CAROL"] } }),
      {
        admins: ["U0ALICE"],
      },
    );
    const { workflows } = harness.engine;
    const refused = { code: "not_allowed" };

    await expect(workflows.archive("child", "U0BOB")).rejects.toMatchObject(refused);
    await expect(workflows.archive("child", "U0BOB", { dryRun: true })).rejects.toMatchObject(
      refused,
    );
    expect(await workflows.archive("child", "U0CAROL", { dryRun: true })).toMatchObject({
      archived: null,
    });
    expect(await workflows.list()).toHaveLength(1);
    expect(await workflows.archive("child", "U0CAROL")).toMatchObject({ changed: true });
    await expect(workflows.unarchive("child", "U0BOB")).rejects.toMatchObject(refused);
  });

  test("is known as archived to another process and after a restart", async () => {
    await using harness = await WorkflowHarness.open(child());
    const other = harness.another();
    await harness.engine.workflows.archive("child", "U0ALICE");

    const start = {
      workflowId: "child",
      executionId: executionIdFor("child", "elsewhere"),
      variables: {},
      variableForm: "json" as const,
      trigger: { type: "api" as const },
    };
    await expect(other.executions.start(start)).rejects.toMatchObject({
      code: "workflow_archived",
    });
    await harness.restart();
    await expect(startBy(harness, "slash")).rejects.toMatchObject({ code: "workflow_archived" });
  });
});
