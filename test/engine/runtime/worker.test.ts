import { describe, expect, test } from "vitest";
import type { ServiceContext } from "../../../src/engine/ports/service.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { workflow } from "../../support/execution-harness.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkerHarness } from "../../support/worker-harness.ts";

const script = (id: string, rest: object = {}) => ({ id, type: "scripted", ...rest });
const MINUTE = 60_000;

/** A script that waits for the test, and remembers how it was called. */
function gate() {
  const calls: ServiceContext[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const run = (_params: object, context: ServiceContext): Promise<string> => {
    calls.push(context);
    return new Promise((done, fail) => {
      context.signal.addEventListener("abort", () => fail(context.signal.reason));
      void promise.then(done);
    });
  };
  return { calls, run, open: resolve };
}

describe("a worker", () => {
  test("runs an execution to its end", async () => {
    await using harness = await WorkerHarness.open(
      workflow([script("a", { next: "b" }), script("b")]),
    );

    await harness.start(await harness.worker());

    expect(await harness.state()).toMatchObject({ status: "completed", output: "done" });
  });

  test("writes one commit per effect: the end of a step and the start of the next are one", async () => {
    await using harness = await WorkerHarness.open(
      workflow([script("a", { next: "b" }), script("b")]),
    );

    await harness.start(await harness.worker());

    const commits = await harness.store.log.read("exec_1", 0);
    expect(commits.map((commit) => commit.events.map((event) => event.type))).toEqual([
      ["execution_claimed", "step_started"],
      ["step_completed", "step_started"],
      ["step_completed", "execution_completed"],
    ]);
  });

  test("lets go of a waiting execution and takes it up when its time has come", async () => {
    await using harness = await WorkerHarness.open(
      workflow([{ id: "nap", type: "wait", config: { duration: "10m" }, next: "b" }, script("b")]),
    );
    await harness.start(await harness.worker());
    expect(await harness.store.executions.get("exec_1")).toMatchObject({
      status: "waiting",
      owner: null,
      waitingOn: ["timer"],
    });

    await harness.clock.advance(9 * MINUTE);
    expect((await harness.state()).status).toBe("waiting");
    await harness.clock.advance(MINUTE);

    expect((await harness.state()).status).toBe("completed");
  });

  test("handles a cancellation while a step is under way, and aborts the step", async () => {
    const slow = gate();
    await using harness = await WorkerHarness.open(workflow([script("slow")]), slow.run);
    const worker = await harness.worker();
    await harness.start(worker);

    await harness.store.signals.insert({
      id: "c1",
      executionId: "exec_1",
      kind: "cancel",
      payload: { by: "U0ALICE" },
      at: harness.clock.now(),
    });
    worker.wake("exec_1");
    await settle();

    expect(slow.calls[0]?.signal.aborted).toBe(true);
    expect((await harness.state()).status).toBe("cancelled");
  });

  test("gives up an attempt that does not answer in time, and tries again", async () => {
    const never = gate();
    await using harness = await WorkerHarness.open(
      workflow([script("call", { timeoutMs: "30s" })]),
      never.run,
    );
    await harness.start(await harness.worker());

    await harness.clock.advance(30_000);
    expect((await harness.state()).errors[0]?.error.code).toBe("step_timeout");
    await harness.clock.advance(2000);

    expect(never.calls.map((call) => [call.attempt, call.idempotencyKey])).toEqual([
      [1, "exec_1/call#1"],
      [2, "exec_1/call#1"],
    ]);
  });

  test("that stops hands its work over: the next one begins the same attempt with the same key", async () => {
    const slow = gate();
    await using harness = await WorkerHarness.open(workflow([script("pay")]), slow.run);
    const first = await harness.worker();
    await harness.start(first);

    await first.stop();
    const second = await harness.worker();
    await settle();
    slow.open("paid");
    await settle();

    expect(slow.calls.map((call) => [call.attempt, call.idempotencyKey])).toEqual([
      [1, "exec_1/pay#1"],
      [1, "exec_1/pay#1"],
    ]);
    expect(second.id).not.toBe(first.id);
    expect(await harness.state()).toMatchObject({ status: "completed", output: "paid" });
  });

  test("that stops lets a step under way end, and begins nothing more: the next one goes on behind it", async () => {
    const script1 = gate();
    const keys: string[] = [];
    await using harness = await WorkerHarness.open(
      workflow([script("a", { next: "b" }), script("b")]),
      (params, context) => {
        keys.push(context.idempotencyKey);
        return context.idempotencyKey.endsWith("b#1")
          ? Promise.resolve("done")
          : script1.run(params, context);
      },
    );
    const first = await harness.worker(harness.store, 3000);
    await harness.start(first);
    const stopping = first.stop();
    await settle();
    expect(await harness.store.executions.get("exec_1")).toMatchObject({ owner: first.id });

    script1.open("ended in time");
    await stopping;

    expect(keys).toEqual(["exec_1/a#1"]);
    expect(script1.calls[0]?.signal.aborted).toBe(false);
    expect(await harness.store.executions.get("exec_1")).toMatchObject({ owner: null });
    await harness.worker();
    await settle();
    expect(keys).toEqual(["exec_1/a#1", "exec_1/b#1"]);
    expect(await harness.state()).toMatchObject({ status: "completed", output: "done" });
  });

  test("that stops aborts a step that takes longer, and hands it over", async () => {
    const script1 = gate();
    await using harness = await WorkerHarness.open(workflow([script("a")]), script1.run);
    const first = await harness.worker(harness.store, 3000);
    await harness.start(first);

    const stopping = first.stop();
    await settle();
    await harness.clock.advance(2999);
    expect(script1.calls[0]?.signal.aborted).toBe(false);
    await harness.clock.advance(1);
    await stopping;

    expect(script1.calls[0]?.signal.aborted).toBe(true);
    await harness.worker();
    await settle();
    expect(script1.calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      "exec_1/a#1",
      "exec_1/a#1",
    ]);
  });

  test("that died without a word is followed by another when its lease has run out", async () => {
    const slow = gate();
    await using harness = await WorkerHarness.open(workflow([script("pay")]), slow.run);
    let dead = false;
    const dying = await harness.worker(cutOff(harness.store, () => dead));
    await harness.start(dying);
    dead = true;

    await harness.worker();
    await harness.clock.advance(20_000);
    expect(slow.calls).toHaveLength(1);
    await harness.clock.advance(11_000);
    slow.open("paid");
    await settle();

    expect(slow.calls).toHaveLength(2);
    expect((await harness.state()).output).toBe("paid");
  });

  test("that comes late with a result finds its revision taken and stops", async () => {
    const slow = gate();
    await using harness = await WorkerHarness.open(workflow([script("pay")]), slow.run);
    const worker = await harness.worker();
    await harness.start(worker);
    const taken = { type: "execution_claimed", epoch: 2, worker: "other" } as const;
    const head = await harness.store.executions.get("exec_1");
    if (!head) throw new Error("no head");
    await harness.store.log.commit(
      {
        executionId: "exec_1",
        rev: 2,
        epoch: 2,
        commitId: "other",
        at: harness.clock.now(),
        events: [taken],
      },
      { ...head, rev: 2, owner: "other", due: harness.clock.now() + MINUTE },
      [],
    );

    slow.open("late");
    await settle();

    expect((await harness.store.log.read("exec_1", 0)).map((commit) => commit.rev)).toEqual([1, 2]);
    expect(worker.liveState("exec_1")).toBeNull();
  });

  test("goes on by itself when the store was away", async () => {
    await using harness = await WorkerHarness.open(
      workflow([script("a", { next: "b" }), script("b")]),
    );
    let away = true;
    const worker = await harness.worker(cutOff(harness.store, () => away));
    await harness.start(worker);
    expect(harness.events).toEqual([]);

    away = false;
    await harness.clock.advance(MINUTE);

    expect((await harness.state()).status).toBe("completed");
  });

  test("runs a hundred executions side by side with another one, each step once", async () => {
    const seen: string[] = [];
    await using harness = await WorkerHarness.open(
      workflow([script("a", { next: "b" }), script("b")]),
      async (_params, context) => {
        seen.push(context.idempotencyKey);
        return "done";
      },
    );
    const workers = [await harness.worker(), await harness.worker()] as const;

    for (let n = 0; n < 100; n += 1) await harness.start(workers[n % 2 === 0 ? 0 : 1], `exec_${n}`);
    await settle();

    expect(seen).toHaveLength(200);
    expect(new Set(seen).size).toBe(200);
    expect(
      (await harness.store.executions.list({ status: "completed", limit: 200 })).records,
    ).toHaveLength(100);
  });
});

/** The same store, as a worker sees it whose connection comes and goes. */
function cutOff(store: Store, isAway: () => boolean): Store {
  return interceptStore(store, ({ run }) => {
    if (!isAway()) return run();
    return Promise.reject(
      new AppError({ code: "store_unavailable", message: "The store is away.", retryable: true }),
    );
  });
}
