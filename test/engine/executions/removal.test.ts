import { describe, expect, test } from "vitest";
import type { RemovalTarget } from "../../../src/engine/api/data.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { draft } from "../../store/records.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const MINUTE = 60_000;
const STEPS = [{ id: "note", type: "transform", config: { expression: "variables" } }];

const quick = (more: JsonObject = {}): JsonObject => ({
  id: "quick",
  name: "Quick",
  steps: STEPS,
  ...more,
});

const ASKING: JsonObject = {
  id: "asking",
  name: "Asking",
  steps: [
    {
      id: "ask",
      type: "approval",
      config: { title: "Shall we?", approvers: ["U0BOB"] },
      next: { approve: "end", reject: "end" },
    },
  ],
};

const calling = (waits: boolean): JsonObject => ({
  id: "calling",
  name: "Calling",
  steps: [
    {
      id: "call",
      type: "workflow",
      config: { workflowId: "asking", ...(!waits && { wait: false }) },
    },
  ],
});

/** Asks for a removal and waits until it is done. */
async function removed(harness: WorkflowHarness, target: RemovalTarget, by = "U0ALICE") {
  const { id } = await harness.engine.data.remove(target, by);
  for (let turn = 0; turn < 100; turn += 1) {
    await settle();
    const [job] = (await harness.engine.data.listRemovals(by)).filter((one) => one.id === id);
    if (job && job.endedAt !== null) return job;
  }
  throw new Error("The removal does not end.");
}

async function idsOf(harness: WorkflowHarness, workflowId?: string): Promise<readonly string[]> {
  const query = workflowId === undefined ? {} : { workflowId };
  const { executions } = await harness.engine.executions.list(query);
  return executions.map(({ executionId }) => executionId);
}

describe("removing runs", () => {
  test("a run that is over is gone, and whoever asks for it hears when and by whom", async () => {
    await using harness = await WorkflowHarness.open(quick());
    const { engine } = harness;
    const { executionId } = await harness.start("quick", {});

    const job = await removed(harness, { kind: "runs", executionIds: [executionId] });

    expect(job).toMatchObject({ removed: 1, kept: 0, by: "U0ALICE" });
    expect(await idsOf(harness)).toEqual([]);
    const gone = {
      code: "execution_not_found",
      message: expect.stringMatching(/was removed on 2026-11-23 by <@U0ALICE>/),
    };
    const short = executionId.slice(0, 12);
    await expect(engine.executions.get(executionId)).rejects.toMatchObject(gone);
    await expect(engine.executions.resolveId(short)).rejects.toMatchObject(gone);
    await expect(engine.executions.cancel(executionId, "U0ALICE")).rejects.toMatchObject(gone);
    await expect(
      engine.executions.retry({ executionId, by: "U0ALICE", variableForm: "json" }),
    ).rejects.toMatchObject(gone);
  });

  test("costs, figures and the audit are what they were, and the removal is recorded", async () => {
    const ai = {
      id: "think",
      type: "ai-decision",
      config: { prompt: "How much?", outputFormat: "number" },
    };
    await using harness = await WorkflowHarness.open(quick({ steps: [ai] }), {
      answers: () => "5",
    });
    const { engine, store } = harness;
    const first = await harness.start("quick", {});
    await harness.start("quick", {});
    expect(first.status).toBe("completed");
    const figures = async () => [
      await engine.costs.summary("U0ALICE"),
      await store.totals.read({ dimension: "workflow", from: 0, to: harness.clock.now() + 1 }),
      (await store.audit.list({ limit: 50 })).filter(({ action }) => action !== "remove"),
    ];
    const before = await figures();

    await removed(harness, { kind: "filter", workflowId: "quick" });

    expect(await figures()).toEqual(before);
    expect(JSON.stringify(before)).toMatch(/"costNano":[1-9]/);
    const [asked, done] = await store.audit.list({ action: "remove", limit: 9 });
    expect(asked).toMatchObject({ actor: "U0ALICE", workflowId: "quick" });
    expect(done?.detail).toMatchObject({ removed: 2, kept: 0 });
  });

  test("runs under way and runs that wait for people stay, and later ends are not meant", async () => {
    await using harness = await WorkflowHarness.open(ASKING);
    const { engine } = harness;
    const over = await harness.start("asking", {});
    await harness.decide(over.executionId, "U0BOB", "approve");
    const open = await harness.start("asking", {});
    await harness.clock.advance(1);

    expect(await engine.data.preview({ kind: "filter" }, "U0ALICE")).toEqual({
      runs: 1,
      isMore: false,
    });
    await expect(
      engine.data.remove({ kind: "runs", executionIds: [open.executionId] }, "U0ALICE"),
    ).rejects.toMatchObject({ code: "execution_under_way" });
    await removed(harness, { kind: "filter" });

    expect(await idsOf(harness)).toEqual([open.executionId]);
    const done = await harness.decide(open.executionId, "U0BOB", "approve");
    expect(done.status).toBe("completed");
  });

  test("are found by workflow, status, person and end", async () => {
    await using harness = await WorkflowHarness.open(quick());
    const { engine, clock } = harness;
    await engine.workflows.deploy({ ...quick(), id: "other" }, { by: "test" });
    await harness.start("quick", {});
    await clock.advance(10 * MINUTE);
    const middle = clock.now();
    await harness.start("quick", {});
    await harness.start("other", {});
    await clock.advance(1);
    const count = async (filter: Omit<Extract<RemovalTarget, { kind: "filter" }>, "kind">) =>
      (await engine.data.preview({ kind: "filter", ...filter }, "U0ALICE")).runs;

    expect(await count({})).toBe(3);
    expect(await count({ workflowId: "quick" })).toBe(2);
    expect(await count({ endedBefore: middle })).toBe(1);
    expect(await count({ status: "failed" })).toBe(0);
    expect(await count({ startedBy: "U0BOB" })).toBe(0);
    expect(await count({ startedBy: "U0ALICE", workflowId: "other" })).toBe(1);
  });

  test("is for admins alone, also to count", async () => {
    await using harness = await WorkflowHarness.open(quick(), { admins: ["U0CAROL"] });
    const { executionId } = await harness.start("quick", {});
    const target = { kind: "runs", executionIds: [executionId] } as const;
    const { data } = harness.engine;

    await expect(data.preview(target, "U0ALICE")).rejects.toMatchObject({ code: "not_allowed" });
    await expect(data.remove(target, "U0ALICE")).rejects.toMatchObject({ code: "not_allowed" });
    await expect(data.listRemovals("U0ALICE")).rejects.toMatchObject({ code: "not_allowed" });
    expect(await removed(harness, target, "U0CAROL")).toMatchObject({ removed: 1 });
  });

  test("a parent stays while a child runs, and takes its children along when it goes", async () => {
    await using harness = await WorkflowHarness.open(ASKING);
    const { engine, clock } = harness;
    await engine.workflows.deploy(calling(false), { by: "test" });
    const parent = await harness.start("calling", {});
    expect(parent.status).toBe("completed");
    const [childId = ""] = await idsOf(harness, "asking");
    await clock.advance(1);
    const target = { kind: "filter", workflowId: "calling" } as const;

    expect(await removed(harness, target)).toMatchObject({ removed: 0, kept: 1 });
    expect(await idsOf(harness)).toHaveLength(2);
    await harness.decide(childId, "U0BOB", "approve");
    await clock.advance(1);

    expect(await removed(harness, target)).toMatchObject({ removed: 2, kept: 0 });
    expect(await idsOf(harness)).toEqual([]);
  });

  test("a child stays while its parent is under way", async () => {
    await using harness = await WorkflowHarness.open(ASKING);
    const { engine, clock } = harness;
    const after = { ...ASKING, id: "after", name: "After" };
    const steps = [{ id: "call", type: "workflow", config: { workflowId: "quick" }, next: "ask" }];
    await engine.workflows.deploy(quick(), { by: "test" });
    await engine.workflows.deploy(
      { ...after, steps: [...steps, ...(ASKING["steps"] as JsonObject[])] },
      { by: "test" },
    );
    const parent = await harness.start("after", {});
    expect(parent.status).toBe("waiting");
    await clock.advance(1);

    expect(await removed(harness, { kind: "filter", workflowId: "quick" })).toMatchObject({
      removed: 0,
      kept: 1,
    });
    await harness.decide(parent.executionId, "U0BOB", "approve");
    await clock.advance(1);
    expect(await removed(harness, { kind: "filter", workflowId: "quick" })).toMatchObject({
      removed: 1,
    });
    expect(await idsOf(harness)).toEqual([parent.executionId]);
  });

  test("is continued by the next process after a crash in the middle, exactly", async () => {
    let left = Number.POSITIVE_INFINITY;
    const inner = await openSqliteStore({ path: ":memory:" });
    const store = interceptStore(inner, ({ method, run }) => {
      if (method !== "removals.remove") return run();
      left -= 1;
      if (left >= 0) return run();
      throw new AppError({ code: "store_unavailable", message: "Away.", retryable: true });
    });
    await using harness = await WorkflowHarness.open(quick(), { store });
    for (let run = 0; run < 7; run += 1) await harness.start("quick", {});
    await harness.clock.advance(1);
    left = 3;

    const { id } = await harness.engine.data.remove({ kind: "filter" }, "U0ALICE");
    await settle();
    expect(await idsOf(harness)).toHaveLength(4);
    await harness.restart(async () => {
      left = Number.POSITIVE_INFINITY;
    });
    // The lease of the process that died has to end first.
    await harness.clock.advance(2 * MINUTE);

    expect(await idsOf(harness)).toEqual([]);
    const [job] = await harness.engine.data.listRemovals("U0ALICE");
    expect(job).toMatchObject({ id, endedAt: expect.any(Number) });
    const totals = await store.totals.read({
      dimension: "workflow",
      from: 0,
      to: harness.clock.now() + 1,
    });
    expect(totals).toMatchObject([{ started: 7, completed: 7 }]);
  });

  test("the same request again begins no other run after the first was removed", async () => {
    await using harness = await WorkflowHarness.open(quick());
    const start = () =>
      harness.engine.executions.start({
        workflowId: "quick",
        executionId: "exec_0123456789abcdef",
        variables: {},
        variableForm: "json",
        trigger: { type: "slash", userId: "U0ALICE" },
      });
    const { executionId } = await start();
    await harness.rest(executionId);
    await removed(harness, { kind: "runs", executionIds: [executionId] });

    expect(await start()).toEqual({ executionId, existed: true });
    expect(await idsOf(harness)).toEqual([]);
  });

  test("what is stored about a person goes: their runs that are over, their drafts, and what models were asked for these", async () => {
    await using harness = await WorkflowHarness.open(ASKING);
    const { engine, store } = harness;
    const over = await harness.start("asking", {});
    await harness.decide(over.executionId, "U0BOB", "approve");
    const open = await harness.start("asking", {});
    for (const [id, ownerId] of [
      ["d1", "U0ALICE"],
      ["d2", "U0BOB"],
    ] as const)
      await store.drafts.insert(draft(id, { ownerId, description: `For ${ownerId}` }));
    for (const by of ["U0ALICE", "U0BOB"])
      await store.calls.insert({
        ...{ id: `call:${by}`, executionId: "drafts", workflowId: ":drafts", stepId: "draft" },
        ...{ by, at: 1, model: "gpt-4o-mini", response: { said: by }, text: `Secret of ${by}` },
        ...{ messages: [{ role: "user", content: `Secret of ${by}` }], costNano: 7 },
        ...{ priceVersion: "1", latencyMs: 5 },
      });
    const costs = () => store.calls.listCosts({ workflowId: ":drafts", from: 0, to: 9 });
    const before = await costs();
    const target = { kind: "person", userId: "U0ALICE" } as const;

    expect(await engine.data.preview(target, "U0ALICE")).toEqual({
      runs: 1,
      isMore: false,
      drafts: 1,
    });
    expect(await removed(harness, target)).toMatchObject({ removed: 1 });

    expect(await idsOf(harness)).toEqual([open.executionId]);
    expect(await store.drafts.get("d1")).toBeNull();
    expect(await store.drafts.get("d2")).toMatchObject({ description: "For U0BOB" });
    expect(JSON.stringify(await store.calls.list("drafts"))).not.toContain("Secret of U0ALICE");
    expect(await store.calls.get("call:U0BOB")).toMatchObject({ text: "Secret of U0BOB" });
    expect(await costs()).toEqual(before);
    expect(await store.removals.get(over.executionId)).toMatchObject({ reason: "person" });
  });
});
