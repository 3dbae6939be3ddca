import { describe, expect, test } from "vitest";
import type { ExecutionView } from "../../../src/engine/api/executions.ts";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { interceptStore, type StoreMethod } from "../../support/intercept-store.ts";
import { TriggerHarness } from "../triggers/trigger-harness.ts";

const MANUAL = { type: "manual" };
const calls = (workflowId: string, rest: JsonObject = {}): JsonObject => ({
  id: "call",
  type: "workflow",
  config: { workflowId, variables: { n: "{{variables.n}}" }, ...rest },
});
const doubles = {
  steps: [{ id: "d", type: "transform", config: { expression: "variables.n * 2" } }],
};
const naps = { steps: [{ id: "nap", type: "wait", config: { duration: "1h" } }] };

async function start(harness: TriggerHarness, engine: RunningEngine, id: string): Promise<string> {
  const { executionId } = await engine.executions.start({
    workflowId: id,
    variables: { n: 21 },
    variableForm: "json",
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  await harness.clock.advance(100);
  return executionId;
}

async function only(engine: RunningEngine, workflowId: string): Promise<ExecutionView> {
  const { executions } = await engine.executions.list({ workflowId });
  expect(executions).toHaveLength(1);
  return engine.executions.get(executions[0]?.executionId ?? "");
}

/** A store whose named methods stop working when its process is dead. */
function dying(store: Store, methods: readonly StoreMethod[]) {
  let isDead = false;
  const away = () => Promise.reject(new AppError({ code: "store_unavailable", message: "Dead." }));
  const proxy = interceptStore(store, ({ method, run }) =>
    isDead && methods.some((cut) => cut === method) ? away() : run(),
  );
  return {
    store: proxy,
    die: () => {
      isDead = true;
    },
  };
}

describe("a workflow step", () => {
  test("starts the other workflow with its variables, and its output is the other's", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "child", MANUAL, doubles);
    await harness.deploy(engine, "parent", MANUAL, { steps: [calls("child")] });

    const parentId = await start(harness, engine, "parent");

    expect(await engine.executions.get(parentId)).toMatchObject({
      status: "completed",
      output: 42,
    });
    const child = await only(engine, "child");
    expect(child).toMatchObject({
      variables: { n: 21 },
      trigger: { type: "workflow", source: parentId, userId: "U0ALICE", depth: 1 },
    });
    expect(await harness.store.leases.nextDue(Number.MAX_SAFE_INTEGER)).toBeNull();
  });

  test("with wait false goes on at once and gives the id of the run", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "child", MANUAL, naps);
    await harness.deploy(engine, "parent", MANUAL, { steps: [calls("child", { wait: false })] });

    const parentId = await start(harness, engine, "parent");

    const child = await only(engine, "child");
    expect(child.status).toBe("waiting");
    expect(await engine.executions.get(parentId)).toMatchObject({
      status: "completed",
      output: { executionId: child.executionId },
    });
  });

  test("fails with what the other failed with", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const broken = { steps: [{ id: "no", type: "transform", config: { expression: "1 / 0" } }] };
    await harness.deploy(engine, "child", MANUAL, broken);
    await harness.deploy(engine, "parent", MANUAL, { steps: [calls("child")] });

    const view = await engine.executions.get(await start(harness, engine, "parent"));

    expect(view.error).toMatchObject({ code: "expression_failed" });
    expect(view.error?.message).toMatch(/^Run exec_\w+ of "child" failed: /);
  });

  test("fails when there is no such workflow, or its inputs do not fit, and starts nothing", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const inputs = { n: { type: "string" } };
    await harness.deploy(engine, "child", MANUAL, { ...doubles, inputs });
    await harness.deploy(engine, "lost", MANUAL, { steps: [calls("childs")] });
    await harness.deploy(engine, "misfit", MANUAL, { steps: [calls("child")] });

    const lost = await engine.executions.get(await start(harness, engine, "lost"));
    const misfit = await engine.executions.get(await start(harness, engine, "misfit"));

    expect(lost.error?.message).toBe('There is no workflow "childs". Did you mean "child"?');
    expect(misfit.error?.code).toBe("input_invalid");
    expect((await engine.executions.list({ workflowId: "child" })).executions).toEqual([]);
  });

  test("in a list starts its runs beside each other if they cannot cost anything", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "child", MANUAL, naps);
    const each = {
      id: "each",
      type: "foreach",
      config: { items: "[1, 2, 3]", concurrency: 3, steps: [calls("child")] },
    };
    await harness.deploy(engine, "parent", MANUAL, { steps: [each] });

    const parentId = await start(harness, engine, "parent");

    const { executions } = await engine.executions.list({ workflowId: "child" });
    expect(executions.map(({ status }) => status)).toEqual(["waiting", "waiting", "waiting"]);
    await harness.clock.advance(3_601_000);
    expect((await engine.executions.get(parentId)).status).toBe("completed");
  });

  test("in a list waits with a run that might cost money until the ones before have ended", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const ask = {
      id: "ask",
      type: "ai-decision",
      config: { prompt: "Well?", outputFormat: "boolean", model: "gpt-4o-mini" },
    };
    await harness.deploy(engine, "asks", MANUAL, {
      steps: [
        {
          id: "both",
          type: "parallel",
          config: {
            branches: [
              { id: "a", steps: [{ id: "nap", type: "wait", config: { duration: "1h" } }] },
              { id: "b", steps: [ask] },
            ],
            failureMode: "continue",
          },
        },
      ],
    });
    const each = {
      id: "each",
      type: "foreach",
      config: { items: "[1, 2]", concurrency: 2, steps: [calls("asks")] },
    };
    await harness.deploy(engine, "parent", MANUAL, { steps: [each] });

    const parentId = await start(harness, engine, "parent");

    expect((await engine.executions.list({ workflowId: "asks" })).executions).toHaveLength(1);
    await harness.clock.advance(3_601_000);
    expect((await engine.executions.list({ workflowId: "asks" })).executions).toHaveLength(2);
    await harness.clock.advance(3_601_000);
    expect((await engine.executions.get(parentId)).status).not.toBe("waiting");
  });

  test("cancelled with its run stops the other, too; a detached one goes on", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "child", MANUAL, naps);
    await harness.deploy(engine, "free", MANUAL, naps);
    const steps = [
      { ...calls("free", { wait: false }), id: "let-go", next: "call" },
      calls("child"),
    ];
    await harness.deploy(engine, "parent", MANUAL, { steps });
    const parentId = await start(harness, engine, "parent");

    await engine.executions.cancel(parentId, "U0ALICE");
    await harness.clock.advance(1000);

    expect((await engine.executions.get(parentId)).status).toBe("cancelled");
    expect(await only(engine, "child")).toMatchObject({
      status: "cancelled",
      cancelledBy: "U0ALICE",
    });
    expect((await only(engine, "free")).status).toBe("waiting");
  });

  test("whose run was cancelled by somebody else fails and says so", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "child", MANUAL, naps);
    await harness.deploy(engine, "parent", MANUAL, { steps: [calls("child")] });
    const parentId = await start(harness, engine, "parent");

    await engine.executions.cancel((await only(engine, "child")).executionId, "U0BOB");
    await harness.clock.advance(1000);

    expect((await engine.executions.get(parentId)).error?.message).toMatch(/was cancelled\.$/);
  });

  test("that calls its own workflow ends after ten", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "self", MANUAL, { steps: [calls("self")] });

    const executionId = await start(harness, engine, "self");
    await harness.clock.advance(2000);

    const view = await engine.executions.get(executionId);
    expect(view.error?.message).toContain("10 runs have started each other already");
    expect((await engine.executions.list({ workflowId: "self" })).executions).toHaveLength(11);
  });
});

describe("a process that dies", () => {
  test("after the step was committed and before the other run was inserted: the next one starts it", async () => {
    await using harness = await TriggerHarness.open();
    const life = dying(harness.store, [
      "executions.insert",
      "leases.claimDue",
      "leases.claim",
      "executions.save",
    ]);
    const first = await harness.start(life.store);
    await harness.deploy(first, "child", MANUAL, doubles);
    await harness.deploy(first, "parent", MANUAL, {
      steps: [
        { id: "nap", type: "wait", config: { duration: "1m" }, next: "call" },
        calls("child"),
      ],
    });
    const parentId = await start(harness, first, "parent");
    let isCut = false;
    harness.store.log.commit = cutAfter(harness.store, "child_started", () => {
      isCut = true;
      life.die();
    });
    await harness.clock.advance(61_000);
    expect(isCut).toBe(true);
    expect((await first.executions.list({ workflowId: "child" })).executions).toEqual([]);

    await harness.store.leases.voidAll(harness.clock.now());
    const second = await harness.start();
    await harness.clock.advance(1000);

    expect(await second.executions.get(parentId)).toMatchObject({
      status: "completed",
      output: 42,
    });
    await only(second, "child");
  });

  test("before the other run was inserted, and the run is cancelled: nothing is done, and its money comes back", async () => {
    await using harness = await TriggerHarness.open();
    const life = dying(harness.store, [
      "executions.insert",
      "leases.claimDue",
      "leases.claim",
      "executions.save",
    ]);
    const first = await harness.start(life.store);
    await harness.deploy(first, "child", MANUAL, {
      steps: [
        {
          id: "ask",
          type: "ai-decision",
          config: { prompt: "Well?", outputFormat: "boolean", model: "gpt-4o-mini" },
        },
      ],
    });
    await harness.deploy(first, "parent", MANUAL, {
      steps: [
        { id: "nap", type: "wait", config: { duration: "1m" }, next: "call" },
        calls("child"),
      ],
    });
    const parentId = await start(harness, first, "parent");
    harness.store.log.commit = cutAfter(harness.store, "child_started", life.die);
    await harness.clock.advance(61_000);
    expect((await first.executions.list({ workflowId: "child" })).executions).toEqual([]);

    await first.executions.cancel(parentId, "U0ALICE");
    await harness.store.leases.voidAll(harness.clock.now());
    const second = await harness.start();
    await harness.clock.advance(15_000);

    expect(await second.executions.get(parentId)).toMatchObject({ status: "cancelled" });
    expect(await harness.store.executions.get(parentId)).toMatchObject({
      costNano: 0,
      costUnknown: false,
    });
    expect(await only(second, "child")).toMatchObject({ status: "cancelled", steps: [] });
    expect(await harness.store.signals.pending({ limit: 10 })).toEqual([]);
    expect(await harness.store.leases.nextDue(Number.MAX_SAFE_INTEGER)).toBeNull();
  });

  test("after the other run ended and before the step was told: the next one tells it", async () => {
    await using harness = await TriggerHarness.open();
    const life = dying(harness.store, [
      "signals.insert",
      "leases.claimDue",
      "leases.claim",
      "executions.save",
    ]);
    const first = await harness.start(life.store);
    await harness.deploy(first, "child", MANUAL, naps);
    await harness.deploy(first, "parent", MANUAL, { steps: [calls("child")] });
    const parentId = await start(harness, first, "parent");
    harness.store.log.commit = cutAfter(harness.store, "execution_completed", life.die);

    await harness.clock.advance(3_600_000);
    expect((await only(first, "child")).status).toBe("completed");
    expect((await first.executions.get(parentId)).status).toBe("waiting");
    await harness.store.leases.voidAll(harness.clock.now());
    const second = await harness.start();
    await harness.clock.advance(1000);

    expect((await second.executions.get(parentId)).status).toBe("completed");
    expect(await harness.store.leases.nextDue(Number.MAX_SAFE_INTEGER)).toBeNull();
  });
});

/** The commit that, once it is durable with such an event, is the last thing that happened. */
function cutAfter(store: Store, type: string, then: () => void): Store["log"]["commit"] {
  const commit = store.log.commit.bind(store.log);
  return async (...args) => {
    await commit(...args);
    if (args[0].events.some((event) => event.type === type)) then();
  };
}
