import { describe, expect, test } from "vitest";
import type { BulkRequest, Job } from "../../../src/engine/api/jobs.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { ASKING } from "../../support/asking-workflow.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { settle } from "../../support/manual-clock.ts";
import { until } from "../../support/until.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const MINUTE = 60_000;

const PAYING: JsonObject = {
  id: "paying",
  name: "Paying",
  inputs: { account: { type: "string", required: true } },
  steps: [
    {
      id: "pay",
      type: "service",
      config: {
        service: "http",
        url: "https://bank.example/pay",
        method: "POST",
        body: { account: "{{variables.account}}" },
      },
    },
  ],
};

const CANCEL_ALL = {
  action: "cancel",
  target: { kind: "filter", workflowId: "asking" },
  by: "U0ALICE",
} as const;

/** Waits until a job has come so far. */
async function reached(
  harness: WorkflowHarness,
  { id, by }: Pick<Job, "id" | "by">,
  isMeant: (job: Job) => boolean,
): Promise<Job> {
  return until(async () => {
    await settle();
    const job = await harness.engine.jobs.get(id, by);
    return isMeant(job) ? job : undefined;
  });
}

/** Waits until so many runs have this status. */
async function counted(harness: WorkflowHarness, status: string, count: number): Promise<void> {
  await until(async () => {
    await settle();
    const { executions } = await harness.engine.executions.list({ limit: 200 });
    return executions.filter((run) => run.status === status).length === count ? true : undefined;
  });
}

/** Waits until a job is over. */
function over(harness: WorkflowHarness, job: Pick<Job, "id" | "by">): Promise<Job> {
  return reached(harness, job, ({ endedAt }) => endedAt !== null);
}

async function done(harness: WorkflowHarness, request: BulkRequest): Promise<Job> {
  return over(harness, await harness.engine.jobs.begin(request));
}

async function statuses(harness: WorkflowHarness, workflowId: string) {
  const { executions } = await harness.engine.executions.list({ workflowId });
  return executions.map(({ status }) => status).toReversed();
}

async function start(harness: WorkflowHarness, userId: string, variables: JsonObject = {}) {
  const { executionId } = await harness.engine.executions.start({
    ...{ workflowId: "asking", variables, variableForm: "json" },
    trigger: { type: "slash", userId },
  });
  return harness.rest(executionId);
}

describe("doing the same with many runs", () => {
  test("they are counted first, then cancelled, each with an entry in the audit", async () => {
    await using harness = await WorkflowHarness.open(ASKING);
    const { engine, store } = harness;
    for (let run = 0; run < 30; run += 1) await start(harness, "U0ALICE");
    const decided = await start(harness, "U0ALICE");
    await harness.decide(decided.executionId, "U0BOB", "approve");

    expect(await engine.jobs.preview(CANCEL_ALL)).toEqual({ runs: 30, isMore: false });
    expect((await statuses(harness, "asking")).filter((one) => one === "waiting")).toHaveLength(30);
    const job = await done(harness, CANCEL_ALL);

    expect(job).toMatchObject({ kind: "cancel", total: 30, done: 30, left: [], stopped: null });
    await counted(harness, "cancelled", 30);
    expect((await engine.executions.get(decided.executionId)).status).toBe("completed");
    expect(await store.audit.list({ action: "cancel", limit: 99 })).toHaveLength(30);
    const [asked, ended] = await store.audit.list({ action: "bulk", limit: 9 });
    expect(asked).toMatchObject({ actor: "U0ALICE", workflowId: "asking" });
    expect(ended?.detail).toMatchObject({ job: job.id, done: 30, total: 30, left: {} });
  });

  test("a run that starts after the job began is not meant", async () => {
    await using harness = await WorkflowHarness.open(ASKING);
    await start(harness, "U0ALICE");
    await harness.clock.advance(5);
    const job = await harness.engine.jobs.begin(CANCEL_ALL);
    await harness.clock.advance(5);
    const later = await start(harness, "U0ALICE");

    expect(await over(harness, job)).toMatchObject({ total: 1, done: 1 });
    expect((await harness.engine.executions.get(later.executionId)).status).toBe("waiting");
  });

  test("they are found by label, input, person and time, as in a list", async () => {
    await using harness = await WorkflowHarness.open(ASKING);
    await start(harness, "U0ALICE", { customer: "acme" });
    await harness.clock.advance(MINUTE);
    const then = harness.clock.now();
    await start(harness, "U0BOB", { customer: "acme" });
    await start(harness, "U0BOB", { customer: "other" });
    const count = async (filter: JsonObject) =>
      (
        await harness.engine.jobs.preview({
          ...CANCEL_ALL,
          target: { ...CANCEL_ALL.target, ...filter },
        })
      ).runs;

    expect(await count({})).toBe(3);
    expect(await count({ labels: { customer: "acme" } })).toBe(2);
    expect(await count({ inputs: { customer: "other" } })).toBe(1);
    expect(await count({ startedBy: "U0BOB" })).toBe(2);
    expect(await count({ startedBefore: then })).toBe(1);
    expect(await count({ status: "running" })).toBe(0);
    expect(await count({ version: 2 })).toBe(0);
  });

  test("what failed is retried by the rules of a single run; what cannot be is counted by reason", async () => {
    let fails = true;
    await using harness = await WorkflowHarness.open(PAYING, {
      services: () => {
        if (fails) throw new AppError({ code: "service_rejected", message: "It is away." });
        return { status: 200, data: "paid", headers: {} };
      },
    });
    const first = await harness.start("paying", { account: "a" });
    await harness.start("paying", { account: "b" });
    expect(first.status).toBe("failed");
    fails = false;
    const gone = await harness.start("paying", { account: "c" });
    expect(gone.status).toBe("completed");
    const ids = (await harness.engine.executions.list({})).executions.map((one) => one.executionId);
    const target = { kind: "runs", executionIds: ids } as const;

    const cancelled = await done(harness, { action: "cancel", target, by: "U0ALICE" });
    expect(cancelled).toMatchObject({
      done: 0,
      left: [{ code: "execution_finished", count: 3, examples: { length: 3 } }],
    });
    const job = await done(harness, {
      action: "retry",
      target: { kind: "filter", workflowId: "paying" },
      by: "U0ALICE",
    });

    expect(job).toMatchObject({ total: 2, done: 2, left: [] });
    await counted(harness, "completed", 3);
    const paid = harness.calls.slice(-2).map(({ params }) => JSON.stringify(params["body"]));
    expect(paid.toSorted()).toEqual(['{"account":"a"}', '{"account":"b"}']);
  });

  test("runs that were paused one by one are resumed, and no others", async () => {
    await using harness = await WorkflowHarness.open(ASKING);
    const { engine } = harness;
    const runs = [await start(harness, "U0ALICE"), await start(harness, "U0ALICE")];
    await engine.executions.pause(runs[0]?.executionId ?? "", "U0ALICE");
    await settle();

    const job = await done(harness, { ...CANCEL_ALL, action: "resume" });

    expect(job).toMatchObject({ total: 1, done: 1 });
    await until(async () => {
      await settle();
      const { waitingOn } = await engine.executions.get(runs[0]?.executionId ?? "");
      return waitingOn.map((wait) => wait.for).join() === "approval" || undefined;
    });
  });

  test("others than admins act on their own runs alone, and see their own jobs alone", async () => {
    await using harness = await WorkflowHarness.open(ASKING, { admins: ["U0CAROL"] });
    const { jobs } = harness.engine;
    const own = await start(harness, "U0ALICE");
    const other = await start(harness, "U0BOB");

    expect(await jobs.preview(CANCEL_ALL)).toMatchObject({ runs: 1 });
    const target = { ...CANCEL_ALL.target, startedBy: "U0BOB" };
    const refused = { code: "not_allowed" };
    await expect(jobs.begin({ ...CANCEL_ALL, target })).rejects.toMatchObject(refused);
    await expect(jobs.begin({ ...CANCEL_ALL, action: "resume" })).rejects.toMatchObject(refused);
    const named = { kind: "runs", executionIds: [other.executionId, own.executionId] } as const;
    const job = await done(harness, { ...CANCEL_ALL, target: named });

    expect(job).toMatchObject({
      done: 1,
      left: [{ code: "not_allowed", count: 1, examples: [{ executionId: other.executionId }] }],
    });
    expect((await harness.engine.executions.get(other.executionId)).status).toBe("waiting");
    await expect(jobs.get(job.id, "U0BOB")).rejects.toMatchObject({ code: "job_not_found" });
    await expect(jobs.stop(job.id, "U0BOB")).rejects.toMatchObject({ code: "job_not_found" });
    expect(await jobs.list("U0BOB")).toEqual([]);
    expect(await jobs.list("U0CAROL")).toMatchObject([{ id: job.id }]);
  });

  test.each([
    ["cancel", "failed"],
    ["retry", "waiting"],
    ["resume", "completed"],
  ] as const)("%s is refused for runs that are %s", async (action, status) => {
    await using harness = await WorkflowHarness.open(ASKING);
    const target = { ...CANCEL_ALL.target, status };
    const request = { ...CANCEL_ALL, action, target };

    const refused = { code: "input_invalid", message: expect.stringContaining(`"${status}"`) };
    await expect(harness.engine.jobs.preview(request)).rejects.toMatchObject(refused);
    await expect(harness.engine.jobs.begin(request)).rejects.toMatchObject(refused);
    expect(await harness.engine.jobs.list("U0ALICE")).toEqual([]);
  });

  test("a job is stopped: what it did stays done, the rest is left alone", async () => {
    let left = Number.POSITIVE_INFINITY;
    const { store, letThrough } = stalling(() => left-- > 0);
    await using harness = await WorkflowHarness.open(ASKING, { store: await store });
    for (let run = 0; run < 6; run += 1) await start(harness, "U0ALICE");
    left = 3;
    const job = await harness.engine.jobs.begin(CANCEL_ALL);
    await until(async () => (left < 0 ? true : undefined));

    const stopped = await harness.engine.jobs.stop(job.id, "U0ALICE");
    expect(stopped).toMatchObject({ endedAt: null, stopped: { by: "U0ALICE" } });
    expect(await harness.engine.jobs.list("U0ALICE")).toEqual([stopped]);
    letThrough();
    const ended = await over(harness, job);

    // The one under way was finished.
    expect(ended).toMatchObject({ done: 4, total: 6, stopped: { by: "U0ALICE" } });
    await counted(harness, "cancelled", 4);
    expect(await harness.engine.jobs.stop(job.id, "U0ALICE")).toEqual(ended);
  });

  test("is continued by the next process after a crash in the middle; nothing is done twice", async () => {
    // It dies when the run was asked, and before that is noted.
    let asked = Number.NEGATIVE_INFINITY;
    const inner = await openSqliteStore({ path: ":memory:" });
    const store = interceptStore(inner, async ({ method, args, run }) => {
      if (method === "signals.insert") asked += 1;
      if (method === "kv.set" && String(args[0]).startsWith("bulk-job:") && asked >= 4)
        throw new AppError({ code: "store_unavailable", message: "Away.", retryable: true });
      return run();
    });
    let fails = true;
    await using harness = await WorkflowHarness.open(PAYING, {
      store,
      services: () => {
        if (fails) throw new AppError({ code: "service_rejected", message: "Away." });
        return { status: 200, data: "paid", headers: {} };
      },
    });
    for (let run = 0; run < 9; run += 1) await harness.start("paying", { account: `${run}` });
    fails = false;
    const before = harness.calls.length;
    asked = 0;

    const job = await harness.engine.jobs.begin({
      action: "retry",
      target: { kind: "filter", workflowId: "paying" },
      by: "U0ALICE",
    });
    await counted(harness, "completed", 4);
    expect(harness.calls).toHaveLength(before + 4);
    expect(await harness.engine.jobs.get(job.id, "U0ALICE")).toMatchObject({ done: 3, total: 9 });
    await harness.restart(async () => {
      asked = Number.NEGATIVE_INFINITY;
    });
    // The lease of the process that died has to end first.
    await harness.clock.advance(MINUTE);

    expect(await over(harness, job)).toMatchObject({ done: 9, total: 9, left: [] });
    await counted(harness, "completed", 9);
    const paid = harness.calls.slice(before).map(({ params }) => JSON.stringify(params["body"]));
    expect(paid.toSorted()).toEqual(
      Array.from({ length: 9 }, (_, run) => JSON.stringify({ account: `${run}` })),
    );
  });

  test("begun while the last look for jobs finds none is done without waiting for the next look", async () => {
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    let isHolding = false;
    const inner = await openSqliteStore({ path: ":memory:" });
    const store = interceptStore(inner, async ({ method, args, run }) => {
      const found = await run();
      if (!isHolding || method !== "kv.list" || args[0] !== "bulk-job:") return found;
      isHolding = false;
      held.resolve();
      await released.promise;
      return found;
    });
    await using harness = await WorkflowHarness.open(ASKING, { store });
    await start(harness, "U0ALICE");
    isHolding = true;
    await harness.clock.advance(15_000);
    await held.promise;
    const job = await harness.engine.jobs.begin(CANCEL_ALL);
    released.resolve();

    expect(await over(harness, job)).toMatchObject({ done: 1, total: 1 });
  });

  test("that cannot be continued holds up no other", async () => {
    const inner = await openSqliteStore({ path: ":memory:" });
    // What the first job is about is lost.
    let lost: unknown = null;
    const store = interceptStore(inner, ({ method, args: [key], run }) => {
      if (method === "kv.set" && String(key).startsWith("bulk-runs:")) lost ??= key;
      return method === "kv.get" && key === lost ? Promise.resolve(null) : run();
    });
    await using harness = await WorkflowHarness.open(ASKING, { store });
    const cancel = ({ executionId }: { readonly executionId: string }) =>
      harness.engine.jobs.begin({
        ...CANCEL_ALL,
        target: { kind: "runs", executionIds: [executionId] },
      });
    await cancel(await start(harness, "U0ALICE"));
    await harness.clock.advance(1);
    const job = await cancel(await start(harness, "U0ALICE"));

    expect(await over(harness, job)).toMatchObject({ done: 1, total: 1 });
  });

  test("runs that are due go before: a job waits while they are late", async () => {
    const inner = await openSqliteStore({ path: ":memory:" });
    let late = false;
    const store = interceptStore(inner, ({ method, run }) =>
      method === "leases.nextDue" && late ? Promise.resolve(1) : run(),
    );
    await using harness = await WorkflowHarness.open(ASKING, { store });
    for (let run = 0; run < 60; run += 1) await start(harness, "U0ALICE");
    late = true;

    const job = await harness.engine.jobs.begin(CANCEL_ALL);
    await reached(harness, job, (one) => one.done === 25);
    await harness.clock.advance(400);
    expect(await harness.engine.jobs.get(job.id, "U0ALICE")).toMatchObject({ done: 25 });
    late = false;
    await harness.clock.advance(1000);

    expect(await over(harness, job)).toMatchObject({ done: 60 });
  });
});

/** A store whose writes of progress wait from some moment on until they are let through. */
function stalling(isFree: () => boolean) {
  let letThrough: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  const store = openSqliteStore({ path: ":memory:" }).then((inner) =>
    interceptStore(inner, async ({ method, args, run }) => {
      const [key, value] = args;
      const isProgress =
        method === "kv.set" &&
        String(key).startsWith("bulk-job:") &&
        (value as { next: number }).next > 0;
      if (isProgress && !isFree()) await wait;
      return run();
    }),
  );
  return { store, letThrough: () => letThrough() };
}
