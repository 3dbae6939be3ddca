import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { Service } from "../../../src/engine/ports/service.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { TriggerHarness } from "./trigger-harness.ts";

const on = (eventName: string, rest: JsonObject = {}): JsonObject => ({
  type: "event",
  eventName,
  ...rest,
});

async function run(
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
  await settle();
  await harness.clock.advance(500);
  return executionId;
}

const FAILING = { steps: [{ id: "no", type: "transform", config: { expression: "1 / 0" } }] };

describe("the end of a run", () => {
  test("starts those who wait for it, with what it gave", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "triage", { type: "manual" });
    await harness.deploy(engine, "after", on("triage.completed"));
    await harness.deploy(engine, "audit", on("workflow.completed"));
    await harness.deploy(engine, "alarm", on("workflow.failed"));

    const executionId = await run(harness, engine, "triage", { ticket: 7 });

    expect(await harness.runs(engine, "after")).toEqual([
      {
        event: "triage.completed",
        workflowId: "triage",
        executionId,
        status: "completed",
        output: { ticket: 7 },
        variables: { ticket: 7 },
      },
    ]);
    // The audit hears of both others, and never of itself.
    const audited = await harness.runs(engine, "audit");
    expect(audited.map((variables) => variables["workflowId"]).sort()).toEqual(["after", "triage"]);
    expect(await harness.runs(engine, "alarm")).toEqual([]);
    const { executions } = await engine.executions.list({ workflowId: "after" });
    const view = await engine.executions.get(executions[0]?.executionId ?? "");
    expect(view.trigger).toMatchObject({
      type: "event",
      id: "event-1",
      source: executionId,
      depth: 1,
    });
  });

  test("by a failure tells why", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "broken", { type: "manual" }, FAILING);
    await harness.deploy(engine, "alarm", on("workflow.failed"));
    await harness.deploy(engine, "after", on("broken.completed"));

    await run(harness, engine, "broken");

    expect(await harness.runs(engine, "alarm")).toMatchObject([
      { event: "workflow.failed", status: "failed", error: { code: "expression_failed" } },
    ]);
    expect(await harness.runs(engine, "after")).toEqual([]);
  });

  test("by cancellation starts those who wait for that", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const nap = { id: "nap", type: "wait", config: { duration: "1h" } };
    await harness.deploy(engine, "slow", { type: "manual" }, { steps: [nap] });
    await harness.deploy(engine, "clean", on("workflow.cancelled"));
    await harness.deploy(engine, "undo", on("slow.cancelled"));
    const executionId = await run(harness, engine, "slow");

    await engine.executions.cancel(executionId, "U0ALICE");
    await harness.clock.advance(500);

    for (const id of ["clean", "undo"])
      expect(await harness.runs(engine, id)).toMatchObject([{ executionId, status: "cancelled" }]);
  });

  test("is told only where match is true", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "triage", { type: "manual" });
    const match = "variables.variables.amount > 100";
    await harness.deploy(engine, "after", on("triage.completed", { match }));

    await run(harness, engine, "triage", { amount: 50 });
    await run(harness, engine, "triage", { amount: 500 });
    await run(harness, engine, "triage", {});

    expect(await harness.runs(engine, "after")).toMatchObject([{ variables: { amount: 500 } }]);
    expect(harness.warnings).toEqual(["a workflow that waits for this event could not be started"]);
  });

  test("is told by the next life of the process when this one dies before", async () => {
    await using harness = await TriggerHarness.open();
    let isDead = false;
    const dies: Store = {
      ...harness.store,
      description: "dies",
      executions: {
        ...harness.store.executions,
        insert: (head) =>
          isDead
            ? Promise.reject(new AppError({ code: "store_unavailable", message: "Dead." }))
            : harness.store.executions.insert(head),
      },
      log: {
        ...harness.store.log,
        commit: async (commit, ...rest) => {
          await harness.store.log.commit(commit, ...rest);
          isDead ||= commit.events.some(({ type }) => type === "execution_completed");
        },
      },
    };
    const first = await harness.start(dies);
    await harness.deploy(first, "triage", { type: "manual" });
    await harness.deploy(first, "after", on("triage.completed"));
    const executionId = await run(harness, first, "triage");
    expect((await first.executions.get(executionId)).status).toBe("completed");
    expect(await harness.runs(first, "after")).toEqual([]);

    const second = await harness.start();
    await harness.clock.advance(500);

    expect(await harness.runs(second, "after")).toMatchObject([{ executionId }]);
    expect(await harness.store.leases.nextDue(Number.MAX_SAFE_INTEGER)).toBeNull();
  });

  test("is told also when it comes while the worker is looking for work, and so is the next one", async () => {
    await using harness = await TriggerHarness.open();
    let look: PromiseWithResolvers<void> | null = null;
    const slow: Store = {
      ...harness.store,
      description: "slow",
      leases: {
        ...harness.store.leases,
        claimDue: async (claim) => {
          const heads = await harness.store.leases.claimDue(claim);
          await look?.promise;
          return heads;
        },
      },
    };
    const engine = await harness.start(slow);
    await harness.deploy(engine, "triage", { type: "manual" });
    await harness.deploy(engine, "after", on("triage.completed"));

    look = Promise.withResolvers<void>();
    await harness.clock.advance(1000);
    const first = await run(harness, engine, "triage");
    look.resolve();
    await settle();
    await harness.clock.advance(500);
    expect(await harness.runs(engine, "after")).toMatchObject([{ executionId: first }]);

    const second = await run(harness, engine, "triage");
    expect(await harness.runs(engine, "after")).toMatchObject([
      { executionId: first },
      { executionId: second },
    ]);
  });

  test("that was told but not noted so is told again, and starts nothing twice", async () => {
    await using harness = await TriggerHarness.open();
    let isDead = false;
    const dead = (): Promise<never> =>
      Promise.reject(new AppError({ code: "store_unavailable", message: "Dead." }));
    const dies: Store = {
      ...harness.store,
      description: "dies",
      leases: {
        ...harness.store.leases,
        claim: (executionId, claim) =>
          isDead ? dead() : harness.store.leases.claim(executionId, claim),
      },
      executions: {
        ...harness.store.executions,
        save: (head) => (isDead ? dead() : harness.store.executions.save(head)),
      },
    };
    const first = await harness.start(dies);
    await harness.deploy(first, "triage", { type: "manual" });
    await harness.deploy(first, "after", on("triage.completed"));
    isDead = true;
    await run(harness, first, "triage");
    expect(await harness.runs(first, "after")).toHaveLength(1);

    await harness.store.leases.voidAll(harness.clock.now());
    const second = await harness.start();
    await harness.clock.advance(500);

    expect(await harness.runs(second, "after")).toHaveLength(1);
    expect(await harness.store.leases.nextDue(Number.MAX_SAFE_INTEGER)).toBeNull();
  });
});

test("a signal that comes after the end is settled, and changes nothing", async () => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  await harness.deploy(engine, "triage", { type: "manual" });
  const executionId = await run(harness, engine, "triage");
  const before = await engine.executions.get(executionId);

  for (const kind of ["cancel", "decision"] as const) {
    const payload = { by: "U0BOB", requestId: "none", choice: "approve" };
    await harness.store.signals.insert({
      id: kind,
      executionId,
      kind,
      payload,
      at: harness.clock.now(),
    });
  }
  await harness.clock.advance(2000);

  expect(await harness.store.signals.pending({ limit: 10 })).toEqual([]);
  expect(await engine.executions.get(executionId)).toEqual(before);
  expect(await harness.store.leases.nextDue(Number.MAX_SAFE_INTEGER)).toBeNull();
  expect(harness.warnings).toEqual([]);
});

describe("workflows that wait for each other", () => {
  test("start each other ten times at most", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "ping", on("pong.completed"));
    await harness.deploy(engine, "pong", on("ping.completed"));

    await run(harness, engine, "ping");

    const { executions } = await engine.executions.list({});
    expect(executions).toHaveLength(11);
    expect(harness.warnings).toEqual(["a workflow that waits for this event could not be started"]);
  });
});

test.for<readonly [JsonObject, string, string]>([
  [on("is done"), "trigger.eventName", "must begin with a letter or digit"],
  [on("workflow.began"), "trigger.eventName", "there is no event"],
  [on("a.completed", { match: "1 +" }), "trigger.match", "ends too early"],
  [on("a.completed", { match: "output.x" }), "trigger.match", '"output" is not known here'],
])("%j is a problem", async ([trigger, path, text]) => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
  expect(engine.workflows.validate({ id: "w", name: "W", trigger, steps }).problems).toMatchObject([
    { path, message: expect.stringContaining(text) },
  ]);
});

/** A service whose calls take their time to notice that they were stopped. */
const STUBBORN: Service = {
  name: "stubborn",
  defaultAction: "run",
  actions: {
    run: {
      summary: "Never answers.",
      params: z.object({}),
      sideEffect: true,
      onUnknown: "repeat",
      execute: () => new Promise(() => undefined),
    },
  },
};

test("the end of a run is told soon although a call of it is still being given up", async () => {
  await using harness = await TriggerHarness.open({ services: [STUBBORN] });
  const engine = await harness.start();
  await harness.deploy(engine, "alarm", on("two.failed"));
  const branches = [
    { id: "a", steps: [{ id: "call", type: "service", config: { service: "stubborn" } }] },
    {
      id: "b",
      steps: [
        { id: "nap", type: "wait", config: { duration: "1s" } },
        { id: "no", type: "transform", config: { expression: "1 / 0" } },
      ],
    },
  ];
  const steps = [{ id: "both", type: "parallel", config: { branches } }];
  await harness.deploy(engine, "two", { type: "manual" }, { steps });

  await run(harness, engine, "two");
  await harness.clock.advance(10_000);

  expect(await harness.runs(engine, "alarm")).toHaveLength(1);
});
