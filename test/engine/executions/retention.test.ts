import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { Families } from "../../../src/engine/executions/families.ts";
import { Retention } from "../../../src/engine/executions/retention.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;

const quick = (more: JsonObject = {}): JsonObject => ({
  id: "quick",
  name: "Quick",
  steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
  ...more,
});

const asking = (more: JsonObject = {}): JsonObject => ({
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
  limits: { timeout: "90d" },
  ...more,
});

async function idsOf(harness: WorkflowHarness): Promise<readonly string[]> {
  const { executions } = await harness.engine.executions.list({});
  return executions.map(({ executionId }) => executionId);
}

/** What removes runs, with an hour at a time instead of everything else that the engine does in that time. */
function passing(harness: WorkflowHarness, defaultMs?: number) {
  const { store, clock, engine } = harness;
  const families = new Families({ store, clock });
  const retention = new Retention({
    ...{ store, clock, families, workflows: engine.workflows, process: "this" },
    logger: pino({ level: "silent" }),
    ...(defaultMs !== undefined && { defaultMs }),
    onRemoved: async () => undefined,
  });
  return async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= HOUR) {
      clock.lag(HOUR);
      await retention.pass();
    }
  };
}

describe("retention", () => {
  test("removes runs so long after their end, not after their start, and no younger ones", async () => {
    await using harness = await WorkflowHarness.open(asking({ retention: "7d" }));
    const pass = passing(harness);
    const late = await harness.start("asking", {});
    await pass(5 * DAY);
    await harness.decide(late.executionId, "U0BOB", "approve");
    await pass(5 * DAY);
    const young = await harness.start("asking", {});
    await harness.decide(young.executionId, "U0BOB", "approve");
    expect(await idsOf(harness)).toEqual([young.executionId, late.executionId]);

    await pass(3 * DAY);

    expect(await idsOf(harness)).toEqual([young.executionId]);
    await expect(harness.engine.executions.get(late.executionId)).rejects.toThrow(
      /was removed on 2026-12-0\d by retention/,
    );
  });

  test("never takes what waits for people, however old it is", async () => {
    await using harness = await WorkflowHarness.open(asking({ retention: "1d" }));
    const pass = passing(harness);
    const { executionId } = await harness.start("asking", {});

    await pass(30 * DAY);

    expect(await harness.decide(executionId, "U0BOB", "approve")).toMatchObject({
      status: "completed",
    });
  });

  test("follows the operator where a workflow says nothing, and a workflow before the operator", async () => {
    await using harness = await WorkflowHarness.open(quick(), { retentionMs: 2 * DAY });
    const pass = passing(harness, 2 * DAY);
    const { workflows, data } = harness.engine;
    for (const [id, retention] of [
      ["kept", "keep"],
      ["longer", "10d"],
    ])
      await workflows.deploy(quick({ id: id ?? "", retention: retention ?? "" }), { by: "test" });
    for (const id of ["quick", "kept", "longer"]) await harness.start(id, {});

    expect(await data.retentionOf("quick")).toEqual({ keptMs: 2 * DAY, from: "default" });
    expect(await data.retentionOf("kept")).toEqual({ keptMs: null, from: "definition" });
    expect(await data.retentionOf("longer")).toEqual({ keptMs: 10 * DAY, from: "definition" });
    await pass(4 * DAY);
    const left = (await harness.engine.executions.list({})).executions;
    expect(left.map(({ workflowId }) => workflowId).toSorted()).toEqual(["kept", "longer"]);
    await pass(8 * DAY);
    expect((await harness.engine.executions.list({})).executions).toMatchObject([
      { workflowId: "kept" },
    ]);
  });

  test("removes nothing where nobody asked for it", async () => {
    await using harness = await WorkflowHarness.open(quick());
    const pass = passing(harness);
    await harness.start("quick", {});

    await pass(40 * DAY);

    expect(await idsOf(harness)).toHaveLength(1);
    expect(await harness.engine.data.retentionOf("quick")).toEqual({ keptMs: null, from: "none" });
  });

  test("costs and figures are the same before and after", async () => {
    await using harness = await WorkflowHarness.open(quick({ retention: "1d" }));
    const pass = passing(harness);
    for (let run = 0; run < 3; run += 1) await harness.start("quick", {});
    const sums = () =>
      harness.store.totals.read({ dimension: "workflow", from: 0, to: harness.clock.now() + 1 });
    const before = await sums();

    await pass(3 * DAY);

    expect(await idsOf(harness)).toEqual([]);
    expect(await sums()).toEqual(before);
    expect(before).toMatchObject([{ started: 3, completed: 3 }]);
  });

  test("a clock that jumps years ahead takes no more than a week's worth in a day", async () => {
    await using harness = await WorkflowHarness.open(quick({ retention: "30d" }));
    const pass = passing(harness);
    for (let day = 0; day < 20; day += 1) {
      await harness.start("quick", {});
      await pass(DAY);
    }
    const all = await idsOf(harness);
    expect(all).toHaveLength(20);

    harness.clock.set(5 * 365 * DAY);
    await pass(DAY);
    expect(await idsOf(harness)).toEqual(all);
    await pass(DAY);
    harness.clock.set(-5 * 365 * DAY);
    await pass(DAY);

    expect((await idsOf(harness)).length).toBeGreaterThanOrEqual(14);
    expect((await idsOf(harness))[0]).toBe(all[0]);
  });

  test("a process that begins with a clock far ahead wipes nothing either", async () => {
    await using harness = await WorkflowHarness.open(quick({ retention: "30d" }));
    for (let run = 0; run < 3; run += 1) await harness.start("quick", {});
    harness.clock.set(5 * 365 * DAY);

    await passing(harness)(2 * DAY);

    expect(await idsOf(harness)).toHaveLength(3);
  });

  test("a process that is started again and again removes nothing", async () => {
    await using harness = await WorkflowHarness.open(quick({ retention: "1d" }));
    await harness.start("quick", {});
    harness.clock.lag(2 * DAY);
    await harness.start("quick", {});

    for (let start = 0; start < 5; start += 1) {
      await harness.restart();
      await harness.clock.advance(5 * MINUTE);
    }
    expect(await idsOf(harness)).toHaveLength(2);
    await harness.clock.advance(6 * MINUTE);

    expect(await idsOf(harness)).toHaveLength(1);
    const recorded = await harness.store.audit.list({ action: "remove", limit: 9 });
    expect(recorded).toMatchObject([
      { actor: "engine", workflowId: "quick", detail: { reason: "retention", removed: 1 } },
    ]);
  });

  test("after a long absence what is old goes within days", async () => {
    await using harness = await WorkflowHarness.open(quick({ retention: "10d" }));
    const pass = passing(harness);
    await harness.start("quick", {});
    await pass(DAY);
    harness.clock.lag(40 * DAY);
    await pass(HOUR);
    expect(await idsOf(harness)).toHaveLength(1);

    await pass(3 * DAY);

    expect(await idsOf(harness)).toEqual([]);
  });

  test("a child is kept with its parent, and goes with it by the parent's retention", async () => {
    await using harness = await WorkflowHarness.open(quick({ retention: "1d" }));
    const pass = passing(harness);
    const call = { id: "call", type: "workflow", config: { workflowId: "quick" } };
    await harness.engine.workflows.deploy(
      { id: "parent", name: "Parent", steps: [call], retention: "10d" },
      { by: "test" },
    );
    const parent = await harness.start("parent", {});
    expect(parent.status).toBe("completed");

    await pass(5 * DAY);
    expect(await idsOf(harness)).toHaveLength(2);
    await pass(8 * DAY);
    expect(await idsOf(harness)).toEqual([]);
  });

  test("is changed by admins alone, however it is written", async () => {
    const permissions = { deploy: ["U0CAROL"] };
    await using harness = await WorkflowHarness.open(quick({ permissions, retention: "7d" }), {
      admins: ["U0ALICE"],
    });
    const { workflows } = harness.engine;
    const changed = (retention: string | number) =>
      workflows.deploy(quick({ permissions, retention, description: String(retention) }), {
        by: "U0CAROL",
      });

    await expect(changed("1d")).rejects.toMatchObject({
      code: "not_allowed",
      message: expect.stringMatching(/change "retention"/),
    });
    expect(await changed(7 * DAY)).toMatchObject({ deployed: true });
    expect(await workflows.deploy(quick({ retention: "1h" }), { by: "U0ALICE" })).toMatchObject({
      deployed: false,
      problems: [{ path: "retention", message: expect.stringMatching(/a day/) }],
    });
  });
});
