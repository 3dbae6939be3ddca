import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { type MongoServer, mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { until } from "../../support/until.ts";
import { TriggerHarness } from "./trigger-harness.ts";

const MINUTE = 60_000;
const ADMIN = "U0ALICE";
const EVERY_MINUTE = { type: "schedule", cron: "* * * * *" };
const ON_PAID = { type: "event", eventName: "invoice.paid" };

async function timesOf(harness: TriggerHarness, engine: RunningEngine): Promise<unknown> {
  return (await harness.runs(engine, "report")).map(({ at }) => JSON.stringify(at).slice(12, 17));
}

async function pay(harness: TriggerHarness, engine: RunningEngine, n: number): Promise<void> {
  await engine.triggers.publish({ name: "invoice.paid", payload: { n } });
  await harness.clock.advance(100);
}

describe("a trigger that is switched off", () => {
  test.for(["skip", "latest", "all"])(
    "starts nothing, and nothing of it is made up for: %s",
    async (missed) => {
      await using harness = await TriggerHarness.open({ pollMs: MINUTE });
      const engine = await harness.start();
      await harness.deploy(engine, "report", { ...EVERY_MINUTE, missed });
      await harness.clock.advance(MINUTE);

      await engine.workflows.pauseTrigger("report", "schedule-1", ADMIN);
      await harness.clock.advance(3 * MINUTE);
      expect(await engine.triggers.upcoming("report", 3)).toEqual([]);
      expect(await engine.workflows.resumeTrigger("report", "schedule-1", ADMIN)).toBe(true);
      await harness.clock.advance(MINUTE);

      expect(await timesOf(harness, engine)).toEqual(["09:01", "09:05"]);
    },
  );

  test("leaves the others of its workflow on", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const source = {
      ...{ id: "report", name: "Report", triggers: [ON_PAID, EVERY_MINUTE] },
      steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
    };
    await engine.workflows.deploy(source, { by: ADMIN });

    await engine.workflows.pauseTrigger("report", "schedule-2", ADMIN);
    await pay(harness, engine, 1);
    await harness.clock.advance(2 * MINUTE);

    expect(await harness.runs(engine, "report")).toEqual([{ n: 1 }]);
    expect(await engine.workflows.triggersOf("report")).toEqual([
      { id: "event-1", type: "event", pause: null },
      { id: "schedule-2", type: "schedule", pause: { by: ADMIN, at: expect.any(Number) } },
    ]);
  });

  test("answers a webhook so that its sender tries again", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "hook", { type: "webhook", path: "/webhooks/orders" });
    const request = {
      ...{ path: "/webhooks/orders", query: "", isLocal: true },
      ...{ headers: { "content-type": "application/json" }, body: Buffer.from('{"n": 1}') },
    };

    await engine.workflows.pauseTrigger("hook", "webhook-1", ADMIN);
    const refused = engine.triggers.receiveWebhook(request);
    await expect(refused).rejects.toMatchObject({ code: "trigger_paused", retryable: true });
    await engine.workflows.resumeTrigger("hook", "webhook-1", ADMIN);
    await engine.triggers.receiveWebhook(request);

    expect(await harness.runs(engine, "hook")).toEqual([{ n: 1 }]);
  });

  test("stays so over a restart and a deployment, until a version has it no more", async () => {
    await using harness = await TriggerHarness.open();
    const first = await harness.start();
    const named = { ...ON_PAID, id: "paid" };
    await harness.deploy(first, "report", named);
    await first.workflows.pauseTrigger("report", "paid", ADMIN);
    await first.stop();

    const second = await harness.start();
    await harness.deploy(second, "report", { ...named, match: "variables.n > 0" });
    await pay(harness, second, 1);
    expect(await harness.runs(second, "report")).toEqual([]);
    expect([...second.workflows.pausedTriggers("report").keys()]).toEqual(["paid"]);

    await harness.deploy(second, "report", { type: "manual" });
    await harness.deploy(second, "report", named);
    await pay(harness, second, 2);
    expect(await harness.runs(second, "report")).toEqual([{ n: 2 }]);
  });

  test("is recorded with who did it", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "report", ON_PAID);

    await engine.workflows.pauseTrigger("report", "event-1", ADMIN);
    await engine.workflows.resumeTrigger("report", "event-1", ADMIN);

    const records = await harness.store.audit.list({ limit: 9, actor: ADMIN });
    expect(records).toMatchObject([
      { action: "pause", workflowId: "report", detail: { trigger: "event-1" } },
      { action: "resume", workflowId: "report", detail: { trigger: "event-1" } },
    ]);
  });
});

test.for<readonly [JsonObject, string, string, string, string]>([
  [ON_PAID, "report", "event-2", "trigger_not_found", "It has event-1."],
  [ON_PAID, "report", "", "trigger_not_found", "It has event-1."],
  [ON_PAID, "report", "event/1", "trigger_not_found", "It has event-1."],
  [ON_PAID, "reprot", "event-1", "workflow_not_found", "report"],
  [{ type: "slash" }, "report", "slash-1", "input_invalid", "people and programs start"],
])("%j: switching %s %s off is refused", async ([trigger, workflowId, id, code, text]) => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  await harness.deploy(engine, "report", trigger);

  for (const change of ["pauseTrigger", "resumeTrigger"] as const)
    await expect(engine.workflows[change](workflowId, id, ADMIN)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
});

describe.each(mongoMissing === null ? ["sqlite", "mongodb"] : ["sqlite"])("with %s", (kind) => {
  let server: MongoServer | null = null;
  beforeAll(async () => {
    if (kind === "mongodb") server = await startMongoServer();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test("another process starts nothing by a trigger that was switched off, nor misses that it is on", async () => {
    const store =
      server === null
        ? await openSqliteStore({ path: ":memory:" })
        : await openMongoStore(server.uri());
    await using harness = await TriggerHarness.open({ store, now: Date.UTC(2100, 0, 4, 9) });
    const one = await harness.start();
    const other = await harness.start();
    await harness.deploy(one, "report", ON_PAID);
    const isOff = (off: boolean): Promise<true> =>
      until(async () => {
        await harness.clock.advance(1000);
        return other.workflows.pausedTriggers("report").size === (off ? 1 : 0) ? true : undefined;
      });

    await one.workflows.pauseTrigger("report", "event-1", ADMIN);
    await isOff(true);
    await pay(harness, other, 1);
    await until(async () => ((await store.events.pending(9)).length === 0 ? true : undefined));
    await one.workflows.resumeTrigger("report", "event-1", ADMIN);
    await isOff(false);
    await pay(harness, other, 2);

    const runs = await until(async () => {
      await harness.clock.advance(1000);
      const found = await harness.runs(one, "report");
      return found.length > 0 ? found : undefined;
    });
    expect(runs).toEqual([{ n: 2 }]);
  });
});
