import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const post = (id: string, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "service",
  config: { service: "http", url: `https://example.com/${id}`, method: "POST" },
  ...rest,
});

const two = { id: "two", name: "Two", steps: [post("first", { next: "second" }), post("second")] };
const asking = {
  id: "asking",
  name: "Asking",
  limits: { timeout: "2h" },
  steps: [
    {
      id: "ask",
      type: "approval",
      config: { title: "Go?", approvers: ["U0BOB"] },
      next: { approve: "tell", reject: "end" },
    },
    post("tell"),
  ],
};

async function begin(harness: WorkflowHarness, workflowId: string): Promise<string> {
  const { executionId } = await harness.engine.executions.start({
    workflowId,
    variables: {},
    variableForm: "json",
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  await settle();
  return executionId;
}

describe("a paused workflow", () => {
  test("accepts starts, holds them, and lets them go on when it is resumed", async () => {
    await using harness = await WorkflowHarness.open(two);
    await harness.engine.workflows.pause("two", "U0ALICE");

    const id = await begin(harness, "two");

    expect(await harness.engine.executions.get(id)).toMatchObject({
      status: "waiting",
      waitingOn: [{ for: "pause", stepId: "first", by: "U0ALICE" }],
    });
    expect(harness.calls).toHaveLength(0);
    expect(await harness.engine.workflows.resume("two", "api")).toBe(true);
    expect(await harness.rest(id)).toMatchObject({ status: "completed" });
    expect(await harness.engine.workflows.resume("two", "api")).toBe(false);
  });

  test("lets a step under way end, and begins no other", async () => {
    const { promise, resolve } = Promise.withResolvers<JsonObject>();
    await using harness = await WorkflowHarness.open(two, { services: () => promise });
    const id = await begin(harness, "two");

    await harness.engine.workflows.pause("two", "U0ALICE");
    await settle();
    expect(await harness.engine.executions.get(id)).toMatchObject({ status: "running" });
    resolve({ status: 200 });
    await settle();

    expect(await harness.engine.executions.get(id)).toMatchObject({
      status: "waiting",
      waitingOn: [{ for: "pause", stepId: "second" }],
      steps: [{ stepId: "first", status: "completed" }],
    });
    await harness.engine.workflows.resume("two", "api");
    expect(await harness.rest(id)).toMatchObject({ status: "completed" });
  });

  test("takes decisions, and its time stands still", async () => {
    await using harness = await WorkflowHarness.open(asking);
    const id = (await harness.start("asking", {})).executionId;
    await harness.engine.workflows.pause("asking", "U0ALICE");

    const { requests } = await harness.engine.executions.get(id);
    const { id: requestId, round, hash } = requests[0]?.opened ?? { id: "", round: 0, hash: "" };
    const decision = { executionId: id, requestId, round, hash, choice: "approve", by: "U0BOB" };
    expect(await harness.engine.approvals.vote(decision)).toMatchObject({ recorded: true });
    await settle();

    expect(await harness.engine.executions.get(id)).toMatchObject({
      waitingOn: [{ for: "pause", stepId: "tell" }],
      requests: [{ outcome: { decision: "approve" } }],
    });
    await harness.clock.advance(5 * 3_600_000);
    await harness.engine.workflows.resume("asking", "api");
    expect(await harness.rest(id)).toMatchObject({ status: "completed" });
  });

  test("can be cancelled run by run", async () => {
    await using harness = await WorkflowHarness.open(two);
    await harness.engine.workflows.pause("two", "U0ALICE");
    const id = await begin(harness, "two");

    await harness.engine.executions.cancel(id, "U0ALICE");
    await settle();

    expect(await harness.engine.executions.get(id)).toMatchObject({ status: "cancelled" });
  });
});

test("runs go on in the order in which they began", async () => {
  await using harness = await WorkflowHarness.open(two);
  await harness.engine.workflows.pause(null, "U0ALICE");
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    ids.push(await begin(harness, "two"));
    await harness.clock.advance(1000);
  }

  await harness.engine.workflows.resume(null, "api");
  for (const id of ids) await harness.rest(id);

  const firsts = harness.calls.filter(({ params }) => JSON.stringify(params).includes("first"));
  expect(firsts.map(({ key }) => key.split("/")[0])).toEqual(ids);
});

test("resuming everything leaves paused what was paused by itself", async () => {
  await using harness = await WorkflowHarness.open(two);
  await harness.engine.workflows.pause("two", "U0ALICE");
  await harness.engine.workflows.pause(null, "U0BOB");
  const id = await begin(harness, "two");

  await harness.engine.workflows.resume(null, "api");
  await settle();

  expect(harness.engine.workflows.pauseOf(null)).toBeNull();
  expect(harness.engine.workflows.pauseOf("two")).toMatchObject({ by: "U0ALICE" });
  expect(await harness.engine.executions.get(id)).toMatchObject({ waitingOn: [{ for: "pause" }] });
});

test("a pause outlives the process, and what was resumed while nobody was there goes on", async () => {
  await using harness = await WorkflowHarness.open(two);
  await harness.engine.workflows.pause("two", "U0ALICE");
  const id = await begin(harness, "two");
  await harness.engine.stop();
  await harness.engine.run();
  expect(harness.engine.workflows.pauseOf("two")).toMatchObject({ by: "U0ALICE" });
  expect(await harness.engine.executions.get(id)).toMatchObject({ status: "waiting" });

  await harness.engine.stop();
  // As if the process had died after the mark was written and before anybody was told.
  await harness.store.kv.set("pause:two", null);
  await harness.engine.run();

  expect(await harness.rest(id)).toMatchObject({ status: "completed" });
});

test("a process that is about to end leaves to the next one what it is asked to resume", async () => {
  await using harness = await WorkflowHarness.open(two);
  await harness.engine.workflows.pause("two", "U0ALICE");
  const id = await begin(harness, "two");

  await harness.restart(async () => {
    await harness.engine.workflows.resume("two", "api");
    expect(await harness.store.executions.get(id)).toMatchObject({ owner: null });
  });

  expect(await harness.rest(id)).toMatchObject({ status: "completed" });
});

test("another process sees a pause and a resumption within its poll", async () => {
  await using harness = await WorkflowHarness.open(two, { pollMs: 250 });
  await harness.store.kv.set("pause:two", { by: "U0CAROL", at: harness.clock.now() });
  await harness.clock.advance(250);

  const id = await begin(harness, "two");
  expect(await harness.engine.executions.get(id)).toMatchObject({ waitingOn: [{ by: "U0CAROL" }] });

  await harness.store.kv.set("pause:two", null);
  await harness.clock.advance(250);
  expect(await harness.rest(id)).toMatchObject({ status: "completed" });
});
