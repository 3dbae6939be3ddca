import { describe, expect, test } from "vitest";
import type { ExecutionView } from "../../../src/engine/api/executions.ts";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { settle } from "../../support/manual-clock.ts";
import { TriggerHarness } from "./trigger-harness.ts";

const MANUAL = { type: "manual" };
const waits = (config: JsonObject = {}, rest: JsonObject = {}): JsonObject => ({
  id: "paid",
  type: "wait",
  config: { event: "invoice.paid", ...config },
  ...rest,
});

async function start(
  harness: TriggerHarness,
  engine: RunningEngine,
  workflowId: string,
  variables: JsonObject = {},
): Promise<string> {
  const { executionId } = await engine.executions.start({
    workflowId,
    variables,
    variableForm: "json",
    trigger: { type: "api" },
  });
  await harness.clock.advance(100);
  return executionId;
}

/** A harness with a workflow `waiter` that waits for `invoice.paid`. */
async function waiter(config: JsonObject = {}, rest: JsonObject = {}) {
  const harness = await TriggerHarness.open();
  const engine = await harness.start();
  await harness.deploy(engine, "waiter", MANUAL, { steps: [waits(config, rest)] });
  const tell = async (payload: JsonObject, id?: string): Promise<void> => {
    await engine.triggers.publish({
      name: "invoice.paid",
      payload,
      ...(id !== undefined && { id }),
    });
    await harness.clock.advance(100);
  };
  return { harness, engine, tell };
}

describe("an event", () => {
  test("wakes the runs that wait for it, and the output tells with what", async () => {
    const { harness, engine, tell } = await waiter();
    await using _ = harness;
    const first = await start(harness, engine, "waiter");
    const second = await start(harness, engine, "waiter");
    expect((await engine.executions.get(first)).waitingOn[0]).toMatchObject({ for: "event" });

    await tell({ amount: 7 });

    for (const id of [first, second]) {
      expect(await engine.executions.get(id)).toMatchObject({
        status: "completed",
        output: { wokenBy: "event", event: { name: "invoice.paid", payload: { amount: 7 } } },
      });
    }
    expect(await harness.store.events.listSubscribers("invoice.paid", { limit: 9 })).toEqual([]);
    expect(await harness.store.events.pending(9)).toEqual([]);
  });

  test("that came after the run began and before the step waited for it counts", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const nap = { id: "nap", type: "wait", config: { duration: "1m" }, next: "paid" };
    await harness.deploy(engine, "waiter", MANUAL, { steps: [nap, waits()] });
    await engine.triggers.publish({ name: "invoice.paid", payload: { n: 0 } });
    await harness.clock.advance(1000);
    const executionId = await start(harness, engine, "waiter");
    await engine.triggers.publish({ name: "invoice.paid", payload: { n: 1 } });

    await harness.clock.advance(60_000);

    const { status, output } = await engine.executions.get(executionId);
    expect({ status, output }).toMatchObject({
      status: "completed",
      output: { event: { payload: { n: 1 } } },
    });
  });

  test("is passed over where match is not true, or cannot be told", async () => {
    const match = "event.payload.order == variables.order";
    const { harness, engine, tell } = await waiter({ match });
    await using _ = harness;
    const executionId = await start(harness, engine, "waiter", { order: 7 });

    await tell({ order: 8 });
    await tell({ other: 7 });
    expect((await engine.executions.get(executionId)).status).toBe("waiting");
    await tell({ order: 7 });

    expect((await engine.executions.get(executionId)).status).toBe("completed");
  });

  test("that comes too late leads on by timeout, and one that comes in time by event", async () => {
    const next = { event: "yes", timeout: "no" };
    const answers = ["yes", "no"].map((id) => ({
      id,
      type: "transform",
      config: { expression: `'${id}'` },
    }));
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const steps = [waits({ timeout: "1m" }, { next }), ...answers];
    await harness.deploy(engine, "waiter", MANUAL, { steps });
    const late = await start(harness, engine, "waiter");

    await harness.clock.advance(60_000);
    const early = await start(harness, engine, "waiter");
    await engine.triggers.publish({ name: "invoice.paid", payload: {} });
    await harness.clock.advance(100);

    expect((await engine.executions.get(late)).output).toBe("no");
    expect((await engine.executions.get(early)).output).toBe("yes");
  });

  test("told again under the same id changes nothing", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "booked", { type: "event", eventName: "invoice.paid" });
    const told = { name: "invoice.paid", payload: { n: 1 }, id: "inv-1" };

    const first = await engine.triggers.publish(told);
    const again = await engine.triggers.publish({ ...told, payload: { n: 2 } });
    await harness.clock.advance(100);

    expect(again).toEqual({ eventId: first.eventId, existed: true });
    expect(await harness.runs(engine, "booked")).toEqual([{ n: 1 }]);
  });

  test("starts the workflows with a fitting trigger, with its payload", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const on = (match: string) => ({ type: "event", eventName: "invoice.paid", match });
    await harness.deploy(engine, "large", on("variables.amount > 100"));
    await harness.deploy(engine, "small", on("variables.amount <= 100"));

    await engine.triggers.publish({ name: "invoice.paid", payload: { amount: 640 } });
    await settle();

    expect(await harness.runs(engine, "large")).toEqual([{ amount: 640 }]);
    expect(await harness.runs(engine, "small")).toEqual([]);
  });

  test("wakes one step once: entered again, the step waits for another event", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const steps = [
      waits({}, { next: "count" }),
      {
        id: "count",
        type: "transform",
        config: { expression: "has(variables.seen) ? 'done' : 'again'", outputVariable: "seen" },
        next: { again: "paid", done: "end" },
      },
    ];
    await harness.deploy(engine, "waiter", MANUAL, { steps });
    const executionId = await start(harness, engine, "waiter");

    await engine.triggers.publish({ name: "invoice.paid", payload: {} });
    await harness.clock.advance(100);
    expect((await engine.executions.get(executionId)).status).toBe("waiting");
    await engine.triggers.publish({ name: "invoice.paid", payload: {} });
    await harness.clock.advance(100);

    expect((await engine.executions.get(executionId)).status).toBe("completed");
  });

  test("does not wake the run that it started", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const trigger = { type: "event", eventName: "invoice.paid" };
    await harness.deploy(engine, "waiter", trigger, { steps: [waits()] });

    await engine.triggers.publish({ name: "invoice.paid", payload: {} });
    await harness.clock.advance(100);

    const { executions } = await engine.executions.list({ workflowId: "waiter" });
    expect(executions).toMatchObject([{ status: "waiting", waitingOn: ["event"] }]);
  });

  test("cannot have the name of the end of a run", async () => {
    const { harness, engine } = await waiter();
    await using _ = harness;

    for (const name of ["workflow.completed", "waiter.failed", "waiter.cancelled"])
      await expect(engine.triggers.publish({ name, payload: {} })).rejects.toThrow(
        /published by the bot itself/,
      );
    expect(await engine.triggers.publish({ name: "payment.failed", payload: {} })).toMatchObject({
      existed: false,
    });
  });

  test("keeps its place in an approval inside a branch inside a list over a restart", async () => {
    await using harness = await TriggerHarness.open();
    const first = await harness.start();
    const branches = [
      { id: "ask", steps: [waits({ match: "event.payload.who == variables.who" })] },
      { id: "nap", steps: [{ id: "nap", type: "wait", config: { duration: "1m" } }] },
    ];
    const fork = { id: "fork", type: "parallel", config: { branches } };
    const each = { items: "['ann', 'bob']", as: "who", concurrency: 2, steps: [fork] };
    await harness.deploy(first, "waiter", MANUAL, {
      steps: [{ id: "each", type: "foreach", config: each }],
    });
    const executionId = await start(harness, first, "waiter");
    await first.stop();

    const second = await harness.start();
    await second.triggers.publish({ name: "invoice.paid", payload: { who: "bob" } });
    await harness.clock.advance(60_000);

    const view: ExecutionView = await second.executions.get(executionId);
    expect(view.waitingOn).toMatchObject([{ path: "each#1/0/fork#1/ask/paid#1" }]);
    await second.triggers.publish({ name: "invoice.paid", payload: { who: "ann" } });
    await harness.clock.advance(100);
    expect((await second.executions.get(executionId)).status).toBe("completed");
  });
});

describe("the end of a run", () => {
  test("wakes whoever waits for it, also when it comes first", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "triage", MANUAL);
    const nap = { id: "nap", type: "wait", config: { duration: "1m" }, next: "paid" };
    const match = "event.payload.variables.ticket == 7";
    await harness.deploy(engine, "late", MANUAL, {
      steps: [nap, waits({ event: "triage.completed", match })],
    });
    await harness.deploy(engine, "early", MANUAL, {
      steps: [waits({ event: "workflow.completed", match })],
    });
    const late = await start(harness, engine, "late");
    const early = await start(harness, engine, "early");

    await start(harness, engine, "triage", { ticket: 7 });
    expect((await engine.executions.get(early)).status).toBe("completed");
    await harness.clock.advance(60_000);

    expect((await engine.executions.get(late)).status).toBe("completed");
  });
});

/** The store of a process that dies when `dies` says so: what it does from then on does not happen. */
function mortal(store: Store, dies: (method: string, args: readonly unknown[]) => boolean): Store {
  let isDead = false;
  return interceptStore(store, ({ method, args, run }) => {
    isDead ||= dies(method, args);
    if (!isDead) return run();
    return Promise.reject(new AppError({ code: "store_unavailable", message: "Dead." }));
  });
}

describe("a process that dies", () => {
  test.for(["events.listSubscribers", "signals.insert", "events.settle"])(
    "when it comes to %s: the next one tells the event",
    async (method) => {
      await using harness = await TriggerHarness.open();
      const first = await harness.start(mortal(harness.store, (name) => name === method));
      await harness.deploy(first, "waiter", MANUAL, { steps: [waits()] });
      await harness.deploy(first, "booked", { type: "event", eventName: "invoice.paid" });
      const executionId = await start(harness, first, "waiter");
      await first.triggers.publish({ name: "invoice.paid", payload: { n: 1 } });
      await settle();

      await harness.store.leases.voidAll(harness.clock.now());
      const second = await harness.start();
      await harness.clock.advance(1000);

      expect((await second.executions.get(executionId)).status).toBe("completed");
      expect(await harness.runs(second, "booked")).toEqual([{ n: 1 }]);
      expect(await harness.store.events.pending(9)).toEqual([]);
    },
  );

  test.for(["events.subscribe", "events.list", "log.commit"])(
    "when it comes to %s: the next one finds the event that came before",
    async (method) => {
      await using harness = await TriggerHarness.open();
      let isArmed = false;
      const first = await harness.start(
        mortal(harness.store, (name) => isArmed && name === method),
      );
      const nap = { id: "nap", type: "wait", config: { duration: "1m" }, next: "paid" };
      await harness.deploy(first, "waiter", MANUAL, { steps: [nap, waits()] });
      const executionId = await start(harness, first, "waiter");
      await first.triggers.publish({ name: "invoice.paid", payload: {} });
      await settle();
      isArmed = true;
      await harness.clock.advance(60_000);

      await harness.store.leases.voidAll(harness.clock.now());
      const second = await harness.start();
      await harness.clock.advance(1000);

      expect((await second.executions.get(executionId)).status).toBe("completed");
    },
  );
});
