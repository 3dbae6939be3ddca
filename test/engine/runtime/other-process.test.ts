import { describe, expect, test } from "vitest";
import type { IncomingMessage, WebhookRequest } from "../../../src/engine/api/triggers.ts";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { TriggerHarness } from "../triggers/trigger-harness.ts";

/** So soon a process has to see what another one did. */
const SEEN_MS = 1000;
const MINUTE = 60_000;

const delivery = (path: string): WebhookRequest => ({
  path,
  query: "",
  isLocal: true,
  headers: {},
  body: Buffer.from(JSON.stringify({ path })),
});

const message = (eventId: string, text: string): IncomingMessage => ({
  eventId,
  text,
  user: "U0ALICE",
  channel: "C0GENERAL",
  ts: "1800000000.000100",
  threadTs: null,
  isFromBot: false,
  mentionsBot: false,
});

const steps = (value: number): JsonObject[] => [
  { id: "note", type: "transform", config: { expression: String(value) } },
];

async function open() {
  const harness = await TriggerHarness.open();
  const mine = await harness.start();
  const yours = await harness.start();
  return { harness, mine, yours };
}

/** How many runs of the workflow there are, and what the newest gave. */
async function runs(engine: RunningEngine) {
  const { executions } = await engine.executions.list({ workflowId: "flow", limit: 200 });
  const [newest] = executions;
  const output = newest ? (await engine.executions.get(newest.executionId)).output : null;
  return { count: executions.length, output };
}

describe("a version that another process made active", () => {
  test("is what runs at once, whoever is asked", async () => {
    const { harness, mine, yours } = await open();
    await using _ = harness;
    await harness.deploy(mine, "flow", { type: "slash" }, { steps: steps(1) });
    await harness.deploy(mine, "flow", { type: "slash" }, { steps: steps(2) });

    await yours.executions.start({
      workflowId: "flow",
      variables: {},
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE" },
    });
    await settle();

    expect(await runs(yours)).toEqual({ count: 1, output: 2 });
  });

  test("listens at its webhook within a second, and the old path is gone", async () => {
    const { harness, mine, yours } = await open();
    await using _ = harness;
    const at = (path: string) => ({ type: "webhook", path });
    await harness.deploy(mine, "flow", at("/webhooks/old"), { steps: steps(1) });
    await harness.clock.advance(SEEN_MS);
    await yours.triggers.receiveWebhook(delivery("/webhooks/old"));
    await harness.deploy(mine, "flow", at("/webhooks/new"), { steps: steps(2) });
    await harness.clock.advance(SEEN_MS);

    await expect(yours.triggers.receiveWebhook(delivery("/webhooks/old"))).rejects.toMatchObject({
      code: "route_not_found",
    });
    await yours.triggers.receiveWebhook(delivery("/webhooks/new"));
    await settle();

    expect(await runs(yours)).toEqual({ count: 2, output: 2 });
  });

  test("keeps its schedule there, and the old one is over", async () => {
    const { harness, mine, yours } = await open();
    await using _ = harness;
    const minutely = { type: "schedule", cron: "* * * * *" };
    await harness.deploy(mine, "flow", minutely, { steps: steps(1) });
    await harness.clock.advance(SEEN_MS);
    await mine.stop();
    await harness.clock.advance(MINUTE);
    expect(await runs(yours)).toEqual({ count: 1, output: 1 });

    const third = await harness.start();
    await harness.deploy(third, "flow", { type: "event", eventName: "go" }, { steps: steps(2) });
    await harness.clock.advance(SEEN_MS);
    await third.stop();
    await harness.clock.advance(10 * MINUTE);

    expect(await runs(yours)).toEqual({ count: 1, output: 1 });
  });

  test("hears its events and messages there, and those of the old one no more", async () => {
    const { harness, mine, yours } = await open();
    await using _ = harness;
    const hears = (keyword: string) => ({ type: "message", keywords: [keyword] });
    await harness.deploy(mine, "flow", hears("deploy"), { steps: steps(1) });
    await harness.clock.advance(SEEN_MS);
    expect(await yours.triggers.receiveMessage(message("e1", "deploy!"))).toHaveLength(1);

    await harness.deploy(mine, "flow", { type: "event", eventName: "go" }, { steps: steps(2) });
    await harness.clock.advance(SEEN_MS);

    expect(await yours.triggers.receiveMessage(message("e2", "deploy!"))).toEqual([]);
    await yours.triggers.publish({ name: "go", payload: {} });
    await settle();
    expect(await runs(yours)).toEqual({ count: 2, output: 2 });
  });

  test("is held there within a second when it is paused, and goes on when it is resumed", async () => {
    const { harness, mine, yours } = await open();
    await using _ = harness;
    await harness.deploy(
      mine,
      "flow",
      { type: "webhook", path: "/webhooks/x" },
      { steps: steps(1) },
    );
    await harness.clock.advance(SEEN_MS);
    await mine.workflows.pause("flow", "U0ALICE");
    await harness.clock.advance(SEEN_MS);

    const { executionId } = await yours.triggers.receiveWebhook(delivery("/webhooks/x"));
    await harness.clock.advance(MINUTE);
    expect(await yours.executions.get(executionId ?? "")).toMatchObject({
      status: "waiting",
      waitingOn: [{ for: "pause" }],
    });
    await mine.workflows.resume("flow", "api");
    await harness.clock.advance(SEEN_MS);

    expect(await yours.executions.get(executionId ?? "")).toMatchObject({ status: "completed" });
  });
});

test("a message of Slack that is delivered to two processes starts one run", async () => {
  const { harness, mine, yours } = await open();
  await using _ = harness;
  await harness.deploy(
    mine,
    "flow",
    { type: "message", keywords: ["deploy"] },
    { steps: steps(1) },
  );
  await harness.clock.advance(SEEN_MS);

  const results = await Promise.all(
    [mine, yours, mine].map((engine) => engine.triggers.receiveMessage(message("e1", "deploy!"))),
  );
  await settle();

  expect(results.flat().filter(({ existed }) => !existed)).toHaveLength(1);
  expect(await runs(mine)).toEqual({ count: 1, output: 1 });
});
