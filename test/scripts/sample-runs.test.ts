import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planMoments } from "../../scripts/sample-runs/plan.ts";
import { seedSampleRuns } from "../../scripts/sample-runs/seed-sample-runs.ts";
import type { ExecutionRecord } from "../../src/engine/ports/executions.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { NANO_PER_DOLLAR } from "../../src/shared/money.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { tempFolder } from "../store/temp-folder.ts";

const NOW = Date.UTC(2026, 10, 25, 14, 30);
const DAY_MS = 86_400_000;

describe("the demo's sample runs", () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: Store;
  let heads: readonly ExecutionRecord[];

  beforeAll(async () => {
    folder = await tempFolder();
    const workflowsDir = resolve(import.meta.dirname, "../../workflows");
    await seedSampleRuns({ dataDir: folder.path, workflowsDir, now: NOW });
    store = await openSqliteStore({ path: join(folder.path, "heddle.db") });
    heads = (await store.executions.list({ limit: 1_000 })).records;
  });

  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  test("all say that they are samples, in the name that is shown everywhere", async () => {
    expect(heads.length).toBeGreaterThan(100);
    expect(heads.filter(({ start }) => !start.workflowName.endsWith("(sample)"))).toEqual([]);
    const workflows = await store.workflows.list();
    expect(workflows.filter(({ name }) => !name.endsWith("(sample)"))).toEqual([]);
  });

  test("are over, lie in the last 30 days, and some of them failed", () => {
    const ends = new Set(heads.map(({ status }) => status));
    expect(ends).toEqual(new Set(["completed", "failed"]));
    const ages = heads.map(({ startedAt }) => (NOW - startedAt) / DAY_MS);
    expect(Math.min(...ages)).toBeGreaterThan(0);
    expect(Math.max(...ages)).toBeLessThan(30);
    expect(new Set(ages.map(Math.floor)).size).toBeGreaterThan(18);
    expect(heads.filter(({ endedAt }) => endedAt === null || endedAt > NOW)).toEqual([]);
  });

  test("cost what their recorded calls cost, and the running totals say the same", async () => {
    const calls = await Promise.all(heads.map(({ executionId }) => store.calls.list(executionId)));
    const recorded = calls.flat().reduce((sum, { costNano }) => sum + (costNano ?? 0), 0);
    const totals = await store.totals.read({
      dimension: "workflow",
      from: NOW - 31 * DAY_MS,
      to: NOW,
    });
    const counted = totals.reduce((sum, { costNano }) => sum + costNano, 0);

    expect(recorded / NANO_PER_DOLLAR).toBeGreaterThan(0.01);
    expect(counted).toBe(recorded);
    expect(heads.reduce((sum, { costNano }) => sum + costNano, 0)).toBe(recorded);
  });

  test("report nowhere, so that the bot posts nothing about them", async () => {
    expect(heads.filter(({ start }) => start.report !== undefined)).toEqual([]);
    const commits = await Promise.all(
      heads.map(({ executionId }) => store.log.read(executionId, 0)),
    );
    const asked = commits
      .flat()
      .flatMap(({ events }) => events)
      .flatMap((event) => (event.type === "step_waiting" ? (event.request ?? []) : []));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter(({ channel }) => channel !== undefined)).toEqual([]);
  });

  test("are the same for everybody who starts the demo at the same time", () => {
    expect(planMoments(NOW)).toEqual(planMoments(NOW));
  });
});
