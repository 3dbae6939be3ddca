import { describe, expect, test } from "vitest";
import type { Flood } from "../../../src/engine/api/triggers.ts";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { TriggerHarness } from "./trigger-harness.ts";

const MANUAL = { type: "manual" };
const on = (eventName: string, rest: JsonObject = {}): JsonObject => ({
  type: "event",
  eventName,
  ...rest,
});
const publishes = (config: JsonObject, next: JsonObject = {}): JsonObject => ({
  id: "announce",
  type: "service",
  config: { service: "event", action: "publish", ...config },
  ...next,
});
const PAID = { name: "invoice.paid", payload: { order: "{{variables.order}}" } };

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
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  await harness.clock.advance(500);
  return executionId;
}

/** A harness with a workflow `pay` whose step publishes. */
async function publisher(config: JsonObject = PAID) {
  const harness = await TriggerHarness.open();
  const engine = await harness.start();
  await harness.deploy(engine, "pay", MANUAL, { steps: [publishes(config)] });
  return { harness, engine };
}

describe("a step that publishes an event", () => {
  test("starts the workflows that name it, with its payload, and knows the event's id", async () => {
    const { harness, engine } = await publisher();
    await using _ = harness;
    await harness.deploy(engine, "ship", on("invoice.paid", { match: "variables.order > 5" }));
    await harness.deploy(engine, "other", on("invoice.lost"));

    const executionId = await run(harness, engine, "pay", { order: 42 });
    await run(harness, engine, "pay", { order: 3 });

    expect(await harness.runs(engine, "ship")).toEqual([{ order: 42 }]);
    expect(await harness.runs(engine, "other")).toEqual([]);
    const { output } = await engine.executions.get(executionId);
    const { executions } = await engine.executions.list({ workflowId: "ship" });
    const { trigger } = await engine.executions.get(executions[0]?.executionId ?? "");
    const source = { source: executionId, sourceStep: "announce", depth: 1, root: executionId };
    expect({ eventId: trigger.event }).toEqual(output);
    expect(trigger).toMatchObject(source);
  });

  test("wakes the runs that wait for it", async () => {
    const { harness, engine } = await publisher();
    await using _ = harness;
    const waits = { id: "paid", type: "wait", config: { event: "invoice.paid" } };
    await harness.deploy(engine, "waiter", MANUAL, { steps: [waits] });
    const waiting = await run(harness, engine, "waiter");

    await run(harness, engine, "pay", { order: 42 });

    expect((await engine.executions.get(waiting)).output).toMatchObject({
      event: { name: "invoice.paid", payload: { order: 42 } },
    });
  });

  test("makes those answer for what follows who answer for its run", async () => {
    const { harness, engine } = await publisher();
    await using _ = harness;

    const executionId = await run(harness, engine, "pay", { order: 42 });

    const [event] = await harness.store.events.list({ name: "invoice.paid", from: 0, limit: 9 });
    expect(event?.answerable).toContainEqual({
      person: "U0ALICE",
      why: "started",
      of: executionId,
    });
  });

  test("publishes once although its process dies before that is known", async () => {
    await using harness = await TriggerHarness.open();
    let isDead = false;
    const store = interceptStore(harness.store, async ({ method, run: write }) => {
      if (isDead) throw new AppError({ code: "store_unavailable", message: "Dead." });
      const result = await write();
      isDead = method === "events.insert";
      return result;
    });
    const first = await harness.start(store);
    await harness.deploy(first, "pay", MANUAL, { steps: [publishes(PAID)] });
    await harness.deploy(first, "ship", on("invoice.paid"));
    const executionId = await run(harness, first, "pay", { order: 42 });

    await harness.store.leases.voidAll(harness.clock.now());
    const second = await harness.start();
    await harness.clock.advance(60_000);

    expect(await harness.runs(second, "ship")).toEqual([{ order: 42 }]);
    expect(await second.executions.get(executionId)).toMatchObject({ status: "completed" });
    const stored = await harness.store.events.list({ name: "invoice.paid", from: 0, limit: 9 });
    expect(stored).toHaveLength(1);
  });

  test("publishes in each round of a loop and for each item, and an id of its own once", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const each = (config: JsonObject): JsonObject => ({
      steps: [
        {
          id: "each",
          type: "foreach",
          config: { items: "[1, 2, 2]", as: "order", steps: [publishes(config)] },
        },
      ],
    });
    await harness.deploy(engine, "pay", MANUAL, each(PAID));
    const id = "order-{{variables.order}}";
    await harness.deploy(engine, "once", MANUAL, each({ ...PAID, name: "order.known", id }));
    await harness.deploy(engine, "ship", on("invoice.paid"));
    await harness.deploy(engine, "know", on("order.known"));

    await run(harness, engine, "pay");
    await run(harness, engine, "once");
    await run(harness, engine, "once");

    expect(await harness.runs(engine, "ship")).toHaveLength(3);
    const known = (await harness.runs(engine, "know")).map(({ order }) => order);
    expect(known.sort()).toEqual([1, 2]);
  });

  test("cannot set what a step of another workflow writes", async () => {
    const { harness, engine } = await publisher({
      name: "invoice.paid",
      payload: "{{variables.all}}",
    });
    await using _ = harness;
    const judge = {
      id: "judge",
      type: "transform",
      config: { expression: "'no'", outputVariable: "approved" },
    };
    await harness.deploy(engine, "ship", on("invoice.paid"), { steps: [judge] });

    await run(harness, engine, "pay", { all: { approved: "yes" } });

    expect(await harness.runs(engine, "ship")).toEqual([]);
    expect(harness.warnings).toEqual(["a workflow that waits for this event could not be started"]);
  });

  test("fails under the name of the end of a run", async () => {
    const { harness, engine } = await publisher({ name: "ship.completed" });
    await using _ = harness;
    await harness.deploy(engine, "ship", MANUAL);

    const executionId = await run(harness, engine, "pay");

    expect(await engine.executions.get(executionId)).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("published by the bot itself") },
    });
  });
});

describe("workflows that start themselves by their events", () => {
  test("end after ten, and people hear of it once", async () => {
    const { harness, engine } = await publisher();
    await using _ = harness;
    const floods: Flood[] = [];
    engine.triggers.onFlood((flood) => floods.push(flood));
    const again = publishes({ name: "invoice.paid", payload: { n: "{{variables.n}}" } });
    await harness.deploy(engine, "echo", on("invoice.paid"), { steps: [again] });

    await engine.triggers.publish({ name: "invoice.paid", payload: { n: 1 } });
    await harness.clock.advance(5000);

    expect(await harness.runs(engine, "echo")).toHaveLength(11);
    expect(floods).toEqual([
      { workflowId: "echo", kind: "event", why: "chain", deployedBy: "test" },
    ]);
  });

  test("are not started more often than maxPerMinute, and people hear of it once", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const floods: Flood[] = [];
    engine.triggers.onFlood((flood) => floods.push(flood));
    await harness.deploy(engine, "echo", on("invoice.paid", { maxPerMinute: 3 }));
    await harness.deploy(engine, "free", on("invoice.paid"));
    const tell = async (): Promise<void> => {
      await engine.triggers.publish({ name: "invoice.paid", payload: {} });
      await harness.clock.advance(100);
    };

    for (let count = 0; count < 6; count += 1) await tell();
    expect(await harness.runs(engine, "echo")).toHaveLength(3);
    expect(await harness.runs(engine, "free")).toHaveLength(6);
    await harness.clock.advance(20_000);
    await tell();
    await tell();

    expect(await harness.runs(engine, "echo")).toHaveLength(4);
    expect(floods).toEqual([
      { workflowId: "echo", kind: "event", why: "rate", deployedBy: "test" },
    ]);
  });
});

test.for<readonly [JsonObject, string, string]>([
  [{}, "name", "is missing"],
  [{ name: "{{variables.name}}" }, "name", "may not hold {{…}}"],
  [{ name: "two words" }, "name", "must begin with a letter or digit"],
  [{ name: "workflow.completed" }, "name", "a name that the bot does not publish itself"],
  [{ name: "a", payload: [1] }, "payload", "must be an object"],
  [{ name: "a", payload: "text" }, "payload", "must be an object"],
  [{ name: "a", payload: { key: "{{secrets.KEY}}" } }, "payload.key", "may not hold a secret"],
  [{ name: "a", id: "x".repeat(201) }, "id", "at most 200 characters"],
  [{ name: "a", event: "b" }, "event", "is not a parameter of this action"],
])("%j is refused at deployment", async ([config, path, text]) => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  const source = { id: "w", name: "W", trigger: MANUAL, steps: [publishes(config)] };
  expect(engine.workflows.validate(source).problems).toContainEqual(
    expect.objectContaining({
      path: `steps[0].config.${path}`,
      message: expect.stringContaining(text),
    }),
  );
});

test.for<readonly [JsonObject, string, string]>([
  [{ eventName: "workflow.began" }, "eventName", 'there is no event "workflow.began"'],
  [{ eventName: "a", maxPerMinute: 0 }, "maxPerMinute", "at least 1"],
  [{ eventName: "a", maxPerMinute: 6001 }, "maxPerMinute", "at most 6000"],
  [{ eventName: "a", maxPerMinute: "many" }, "maxPerMinute", "number"],
])("the trigger %j is a problem", async ([trigger, path, text]) => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
  const source = { id: "w", name: "W", trigger: { type: "event", ...trigger }, steps };
  expect(engine.workflows.validate(source).problems).toMatchObject([
    { path: `trigger.${path}`, message: expect.stringContaining(text) },
  ]);
});
