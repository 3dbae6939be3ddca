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
  bench: TriggerHarness,
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
  await bench.clock.advance(500);
  return executionId;
}

const FAILING = { steps: [{ id: "no", type: "transform", config: { expression: "1 / 0" } }] };

describe("the end of a run", () => {
  test("starts those who wait for it, with what it gave", async () => {
    await using bench = await TriggerHarness.open();
    const engine = await bench.start();
    await bench.deploy(engine, "triage", { type: "manual" });
    await bench.deploy(engine, "after", on("triage.completed"));
    await bench.deploy(engine, "audit", on("workflow.completed"));
    await bench.deploy(engine, "alarm", on("workflow.failed"));

    const executionId = await run(bench, engine, "triage", { ticket: 7 });

    expect(await bench.runs(engine, "after")).toEqual([
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
    const audited = await bench.runs(engine, "audit");
    expect(audited.map((variables) => variables["workflowId"]).sort()).toEqual(["after", "triage"]);
    expect(await bench.runs(engine, "alarm")).toEqual([]);
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
    await using bench = await TriggerHarness.open();
    const engine = await bench.start();
    await bench.deploy(engine, "broken", { type: "manual" }, FAILING);
    await bench.deploy(engine, "alarm", on("workflow.failed"));
    await bench.deploy(engine, "after", on("broken.completed"));

    await run(bench, engine, "broken");

    expect(await bench.runs(engine, "alarm")).toMatchObject([
      { event: "workflow.failed", status: "failed", error: { code: "expression_failed" } },
    ]);
    expect(await bench.runs(engine, "after")).toEqual([]);
  });

  test("is told only where match is true", async () => {
    await using bench = await TriggerHarness.open();
    const engine = await bench.start();
    await bench.deploy(engine, "triage", { type: "manual" });
    const match = "variables.variables.amount > 100";
    await bench.deploy(engine, "after", on("triage.completed", { match }));

    await run(bench, engine, "triage", { amount: 50 });
    await run(bench, engine, "triage", { amount: 500 });
    await run(bench, engine, "triage", {});

    expect(await bench.runs(engine, "after")).toMatchObject([{ variables: { amount: 500 } }]);
    expect(bench.warnings).toEqual(["a workflow that waits for this event could not be started"]);
  });

  test("is told by the next life of the process when this one dies before", async () => {
    await using bench = await TriggerHarness.open();
    let isDead = false;
    const dies: Store = {
      ...bench.store,
      description: "dies",
      executions: {
        ...bench.store.executions,
        insert: (head) =>
          isDead
            ? Promise.reject(new AppError({ code: "store_unavailable", message: "Dead." }))
            : bench.store.executions.insert(head),
      },
      log: {
        ...bench.store.log,
        commit: async (commit, ...rest) => {
          await bench.store.log.commit(commit, ...rest);
          isDead ||= commit.events.some(({ type }) => type === "execution_completed");
        },
      },
    };
    const first = await bench.start(dies);
    await bench.deploy(first, "triage", { type: "manual" });
    await bench.deploy(first, "after", on("triage.completed"));
    const executionId = await run(bench, first, "triage");
    expect((await first.executions.get(executionId)).status).toBe("completed");
    expect(await bench.runs(first, "after")).toEqual([]);

    const second = await bench.start();
    await bench.clock.advance(500);

    expect(await bench.runs(second, "after")).toMatchObject([{ executionId }]);
    expect(await bench.store.leases.nextDue(Number.MAX_SAFE_INTEGER)).toBeNull();
  });

  test("is told also when it comes while the worker is looking for work, and so is the next one", async () => {
    await using bench = await TriggerHarness.open();
    let look: PromiseWithResolvers<void> | null = null;
    const slow: Store = {
      ...bench.store,
      description: "slow",
      leases: {
        ...bench.store.leases,
        claimDue: async (claim) => {
          const heads = await bench.store.leases.claimDue(claim);
          await look?.promise;
          return heads;
        },
      },
    };
    const engine = await bench.start(slow);
    await bench.deploy(engine, "triage", { type: "manual" });
    await bench.deploy(engine, "after", on("triage.completed"));

    look = Promise.withResolvers<void>();
    await bench.clock.advance(1000);
    const first = await run(bench, engine, "triage");
    look.resolve();
    await settle();
    await bench.clock.advance(500);
    expect(await bench.runs(engine, "after")).toMatchObject([{ executionId: first }]);

    const second = await run(bench, engine, "triage");
    expect(await bench.runs(engine, "after")).toMatchObject([
      { executionId: first },
      { executionId: second },
    ]);
  });

  test("that was told but not noted so is told again, and starts nothing twice", async () => {
    await using bench = await TriggerHarness.open();
    let isDead = false;
    const dead = (): Promise<never> =>
      Promise.reject(new AppError({ code: "store_unavailable", message: "Dead." }));
    const dies: Store = {
      ...bench.store,
      description: "dies",
      leases: {
        ...bench.store.leases,
        claim: (executionId, claim) =>
          isDead ? dead() : bench.store.leases.claim(executionId, claim),
      },
      executions: {
        ...bench.store.executions,
        save: (head) => (isDead ? dead() : bench.store.executions.save(head)),
      },
    };
    const first = await bench.start(dies);
    await bench.deploy(first, "triage", { type: "manual" });
    await bench.deploy(first, "after", on("triage.completed"));
    isDead = true;
    await run(bench, first, "triage");
    expect(await bench.runs(first, "after")).toHaveLength(1);

    await bench.store.leases.voidAll(bench.clock.now());
    const second = await bench.start();
    await bench.clock.advance(500);

    expect(await bench.runs(second, "after")).toHaveLength(1);
    expect(await bench.store.leases.nextDue(Number.MAX_SAFE_INTEGER)).toBeNull();
  });
});

test("a signal that comes after the end is settled, and changes nothing", async () => {
  await using bench = await TriggerHarness.open();
  const engine = await bench.start();
  await bench.deploy(engine, "triage", { type: "manual" });
  const executionId = await run(bench, engine, "triage");
  const before = await engine.executions.get(executionId);

  for (const kind of ["cancel", "decision"] as const) {
    const payload = { by: "U0BOB", requestId: "none", choice: "approve" };
    await bench.store.signals.insert({
      id: kind,
      executionId,
      kind,
      payload,
      at: bench.clock.now(),
    });
  }
  await bench.clock.advance(2000);

  expect(await bench.store.signals.pending({ limit: 10 })).toEqual([]);
  expect(await engine.executions.get(executionId)).toEqual(before);
  expect(await bench.store.leases.nextDue(Number.MAX_SAFE_INTEGER)).toBeNull();
  expect(bench.warnings).toEqual([]);
});

describe("workflows that wait for each other", () => {
  test("start each other ten times at most", async () => {
    await using bench = await TriggerHarness.open();
    const engine = await bench.start();
    await bench.deploy(engine, "ping", on("pong.completed"));
    await bench.deploy(engine, "pong", on("ping.completed"));

    await run(bench, engine, "ping");

    const { executions } = await engine.executions.list({});
    expect(executions).toHaveLength(11);
    expect(bench.warnings).toEqual(["a workflow that waits for this event could not be started"]);
  });
});

test.for<readonly [JsonObject, string, string]>([
  [on("is done"), "trigger.eventName", "must begin with a letter or digit"],
  [on("workflow.cancelled"), "trigger.eventName", "there is no event"],
  [on("a.completed", { match: "1 +" }), "trigger.match", "ends too early"],
  [on("a.completed", { match: "output.x" }), "trigger.match", '"output" is not known here'],
])("%j is a problem", async ([trigger, path, text]) => {
  await using bench = await TriggerHarness.open();
  const engine = await bench.start();
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
  await using bench = await TriggerHarness.open({ services: [STUBBORN] });
  const engine = await bench.start();
  await bench.deploy(engine, "alarm", on("two.failed"));
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
  await bench.deploy(engine, "two", { type: "manual" }, { steps });

  await run(bench, engine, "two");
  await bench.clock.advance(10_000);

  expect(await bench.runs(engine, "alarm")).toHaveLength(1);
});
