import { describe, expect, test } from "vitest";
import type { Store } from "../../../src/engine/ports/store.ts";
import { AppError, type ErrorCode } from "../../../src/shared/errors.ts";
import { workflow } from "../../support/execution-harness.ts";
import { interceptStore, type StoreMethod } from "../../support/intercept-store.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkerHarness } from "../../support/worker-harness.ts";

const script = (id: string, rest: object = {}) => ({ id, type: "scripted", ...rest });
const TEN_SECONDS = 10_000;

describe("a worker whose store fails once", () => {
  test("reads the signals of an execution again instead of giving the execution up", async () => {
    await using harness = await WorkerHarness.open(workflow([script("a")]));
    const store = failingOnce(harness.store, "signals.pending", ([query]) =>
      Boolean(Reflect.get(Object(query), "executionId")),
    );

    await harness.start(await harness.worker(store));
    await harness.clock.advance(TEN_SECONDS);

    expect((await harness.state()).status).toBe("completed");
  });

  test("loads an execution again that it had claimed already", async () => {
    await using harness = await WorkerHarness.open(
      workflow([{ id: "nap", type: "wait", config: { duration: "10m" } }]),
    );
    const store = failingOnce(harness.store, "log.read", () => true);
    await harness.start(await harness.worker(store));

    await harness.clock.advance(600_000);
    await harness.clock.advance(TEN_SECONDS);

    expect((await harness.state()).status).toBe("completed");
  });
});

test("an execution that a defect stopped counts as failed in the totals", async () => {
  await using harness = await WorkerHarness.open(
    workflow([{ id: "nap", type: "wait", config: { duration: "10m" } }]),
  );
  const store = failingOnce(harness.store, "log.read", () => true, "internal");
  await harness.start(await harness.worker(store));

  await harness.clock.advance(600_000);

  const totals = await harness.store.totals.read({
    dimension: "workflow",
    from: 0,
    to: harness.clock.now() + 1,
  });
  expect((await harness.state()).status).toBe("failed");
  expect(totals.reduce((sum, { failed }) => sum + failed, 0)).toBe(1);
});

describe("a finished execution whose late signal could not be taken", () => {
  test("because of a defect is given back, and looked at again", async () => {
    await using harness = await WorkerHarness.open(workflow([script("a")]));
    await failAtLateSignal(harness, "internal");

    expect((await harness.store.executions.get("exec_1"))?.owner).toBeNull();
    await harness.clock.advance(60_000);
    expect(await harness.store.signals.pending({ limit: 9 })).toEqual([]);
    expect(await harness.store.executions.get("exec_1")).toMatchObject({ owner: null, due: null });
  });

  test("because another worker continued its log is looked at soon, and nobody calls it a defect", async () => {
    await using harness = await WorkerHarness.open(workflow([script("a")]));
    await failAtLateSignal(harness, "store_conflict");

    await harness.clock.advance(TEN_SECONDS);

    expect(await harness.store.signals.pending({ limit: 9 })).toEqual([]);
    expect(await harness.store.executions.get("exec_1")).toMatchObject({ owner: null, due: null });
    expect(harness.errors).toEqual([]);
  });
});

test("what a worker is told late that it holds, and has given back meanwhile, stays with the one who took it", async () => {
  const begun: string[] = [];
  const first = Promise.withResolvers<string>();
  await using harness = await WorkerHarness.open(
    workflow([
      script("a", { next: "nap" }),
      { id: "nap", type: "wait", config: { duration: "10s" }, next: "b" },
      script("b"),
    ]),
    (_params, { idempotencyKey }) => {
      begun.push(idempotencyKey);
      return idempotencyKey.endsWith("a#1") ? first.promise : new Promise(() => undefined);
    },
  );
  const late = Promise.withResolvers<void>();
  const slow = interceptStore(harness.store, ({ method, run }) => {
    if (method !== "leases.ownedBy") return run();
    return Promise.resolve(run()).then(async (records) => {
      await late.promise;
      return records;
    });
  });
  const worker = await harness.worker(slow);
  await harness.start(worker);
  worker.reconcileLeases();
  await harness.clock.advance(1000);
  first.resolve("done");
  await settle();
  await harness.worker();
  await harness.clock.advance(TEN_SECONDS);
  expect(begun).toEqual(["exec_1/a#1", "exec_1/b#1"]);

  late.resolve();
  await harness.clock.advance(1000);

  expect(begun).toEqual(["exec_1/a#1", "exec_1/b#1"]);
});

test("the first of two decisions that are found together stands; the other is refused", async () => {
  await using harness = await WorkerHarness.open(
    workflow([
      {
        id: "ok",
        type: "approval",
        config: { title: "Pay?", approvers: ["U0BOB", "U0CAROL"] },
        next: { approve: "end", reject: "end" },
      },
    ]),
  );
  const worker = await harness.worker();
  await harness.start(worker);
  const vote = (by: string, choice: string, at: number): Promise<boolean> =>
    harness.store.signals.insert({
      id: `exec_1/ok#1:${by}`,
      executionId: "exec_1",
      kind: "decision",
      payload: { requestId: "exec_1/ok#1", choice, by },
      at,
    });

  await vote("U0BOB", "reject", harness.clock.now());
  await vote("U0CAROL", "approve", harness.clock.now() + 1);
  worker.wake("exec_1");
  await settle();

  expect((await harness.state()).output).toMatchObject({ decision: "reject", decidedBy: "U0BOB" });
  expect(harness.events).toContainEqual(
    expect.objectContaining({
      type: "decision_refused",
      by: "U0CAROL",
      reason: "already_decided",
    }),
  );
});

/** A run is over, then a signal comes for it, and the worker fails once when it reads that. */
async function failAtLateSignal(harness: WorkerHarness, code: ErrorCode): Promise<void> {
  let isArmed = false;
  const worker = await harness.worker(
    failingOnce(harness.store, "signals.pending", () => isArmed, code),
  );
  await harness.start(worker);
  await harness.clock.advance(TEN_SECONDS);
  expect((await harness.state()).status).toBe("completed");
  await harness.store.signals.insert({
    id: "cancel:late",
    executionId: "exec_1",
    kind: "cancel",
    payload: { by: "U0BOB" },
    at: harness.clock.now(),
  });
  isArmed = true;
  worker.wake("exec_1");
  await settle();
}

/** The same store; the first call of a method that fits is answered with an error. */
function failingOnce(
  store: Store,
  method: StoreMethod,
  fits: (args: readonly unknown[]) => boolean,
  code: ErrorCode = "store_unavailable",
): Store {
  let hasFailed = false;
  return interceptStore(store, ({ method: called, args, run }) => {
    if (called !== method || hasFailed || !fits(args)) return run();
    hasFailed = true;
    return Promise.reject(new AppError({ code, message: "Not now.", retryable: true }));
  });
}
