import { describe, expect, test } from "vitest";
import type { Flood } from "../../../src/engine/api/triggers.ts";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { TriggerHarness } from "./trigger-harness.ts";

const on = (rest: JsonObject = {}): JsonObject => ({
  type: "event",
  eventName: "invoice.paid",
  ...rest,
});
const ORDER: JsonObject = {
  type: "object",
  properties: { order: { type: "integer" }, note: { type: "string", maxLength: 5 } },
  required: ["order"],
};

/** A harness with a workflow `ship`, and what publishes to it. */
async function shipping(trigger: JsonObject = on()) {
  const harness = await TriggerHarness.open();
  const engine = await harness.start();
  await harness.deploy(engine, "ship", trigger);
  const tell = async (payload: JsonObject): Promise<string> => {
    const { eventId } = await engine.triggers.publish({ name: "invoice.paid", payload });
    await harness.clock.advance(100);
    return eventId;
  };
  const replay = async (eventId: string, workflowId = "ship", by = "api"): Promise<string> => {
    const { executionId } = await engine.triggers.replay({ eventId, workflowId, by });
    await harness.clock.advance(100);
    return executionId;
  };
  return { harness, engine, tell, replay };
}

describe("an event that is replayed", () => {
  test("starts that workflow once more, with its active version, and no other", async () => {
    const { harness, engine, tell, replay } = await shipping();
    await using _ = harness;
    await harness.deploy(engine, "book", on());
    const eventId = await tell({ order: 7 });
    const steps = [{ id: "note", type: "transform", config: { expression: "'new'" } }];
    await harness.deploy(engine, "ship", on(), { steps });

    const executionId = await replay(eventId);

    expect(await harness.runs(engine, "ship")).toEqual([{ order: 7 }, { order: 7 }]);
    expect(await harness.runs(engine, "book")).toHaveLength(1);
    expect(await engine.executions.get(executionId)).toMatchObject({
      status: "completed",
      output: "new",
      trigger: { type: "event", id: "event-1", event: eventId },
    });
  });

  test("starts a workflow that was deployed after it, or had reached its limit", async () => {
    const { harness, engine, tell, replay } = await shipping(on({ maxPerMinute: 1 }));
    await using _ = harness;
    await tell({ order: 1 });
    const leftOut = await tell({ order: 2 });
    await harness.deploy(engine, "later", on());

    await replay(leftOut);
    await replay(leftOut, "later");

    expect(await harness.runs(engine, "ship")).toEqual([{ order: 1 }, { order: 2 }]);
    expect(await harness.runs(engine, "later")).toEqual([{ order: 2 }]);
  });

  test("by a person makes them the starter, besides those who answered for it", async () => {
    const { harness, engine, tell, replay } = await shipping();
    await using _ = harness;
    const executionId = await replay(await tell({ order: 7 }), "ship", "U0BOB");
    expect((await engine.executions.get(executionId)).trigger).toMatchObject({ userId: "U0BOB" });
  });

  test("is found by its name, with its id", async () => {
    const { harness, engine, tell } = await shipping();
    await using _ = harness;
    const first = await tell({ order: 1 });
    const at = harness.clock.now();
    const second = await tell({ order: 2 });

    const list = (since: number) =>
      engine.triggers.listEvents({ name: "invoice.paid", since, limit: 9 });

    expect((await list(0)).map(({ eventId }) => eventId)).toEqual([first, second]);
    expect(await list(at)).toMatchObject([{ eventId: second, payload: { order: 2 } }]);
  });

  test.for<readonly [string, JsonObject, string, string, RegExp]>([
    ["an unknown event", on(), "ship", "event_not_found", /no event "none"/],
    ["an unknown workflow", on(), "shop", "workflow_not_found", /ship/],
    ["another name", { type: "event", eventName: "other" }, "ship", "input_invalid", /no trigger/],
    ["another match", on({ match: "variables.order > 9" }), "ship", "input_invalid", /"match"/],
    ["another schema", on({ schema: { required: ["x"] } }), "ship", "input_invalid", /"x"/],
  ])("is refused for %s", async ([what, trigger, workflowId, code, text]) => {
    const { harness, tell, replay } = await shipping(trigger);
    await using _ = harness;
    const eventId = await tell({ order: 7 });

    const replayed = replay(what === "an unknown event" ? "none" : eventId, workflowId);

    await expect(replayed).rejects.toMatchObject({
      code,
      message: expect.stringMatching(text),
    });
  });

  test("is refused while the trigger is switched off", async () => {
    const { harness, engine, tell, replay } = await shipping();
    await using _ = harness;
    const eventId = await tell({ order: 7 });
    await engine.workflows.pauseTrigger("ship", "event-1", "U0ALICE");
    await expect(replay(eventId)).rejects.toMatchObject({ code: "trigger_paused" });
  });
});

function floodsOf(engine: RunningEngine): Flood[] {
  const floods: Flood[] = [];
  engine.triggers.onFlood((flood) => floods.push(flood));
  return floods;
}

describe("the schema of a trigger", () => {
  test("lets events start the workflow that follow it; of others people hear once", async () => {
    const { harness, engine, tell, replay } = await shipping(on({ schema: ORDER }));
    await using _ = harness;
    const floods = floodsOf(engine);

    await tell({ order: 1, more: true });
    await tell({ order: "2" });
    const unfit = await tell({ note: "too long" });

    expect(await harness.runs(engine, "ship")).toEqual([{ order: 1, more: true }]);
    expect(floods).toEqual([
      {
        ...{ workflowId: "ship", kind: "event", why: "schema", deployedBy: "test" },
        detail: expect.stringContaining('"order": must be integer'),
      },
    ]);
    await harness.deploy(engine, "ship", on());
    await replay(unfit);
    expect(await harness.runs(engine, "ship")).toHaveLength(2);
  });

  test.for<readonly [JsonObject | string, string, string]>([
    ["order", "schema", "object"],
    [{ type: "objekt" }, "schema.type", "must be"],
    [{ patterns: "a" }, "schema.patterns", "is not a keyword"],
    [{ properties: { a: { pattern: "(?=x)" } } }, "schema.properties.a.pattern", ""],
    [{ $ref: "#/$defs/none" }, 'schema["$ref"]', "leads to nothing"],
  ])("%j is a problem", async ([schema, path, text]) => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
    const source = { id: "w", name: "W", trigger: on({ schema }), steps };
    expect(engine.workflows.validate(source).problems).toContainEqual(
      expect.objectContaining({
        path: `trigger.${path}`,
        message: expect.stringContaining(text),
      }),
    );
  });
});
