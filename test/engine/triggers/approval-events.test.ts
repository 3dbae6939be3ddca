import { describe, expect, test } from "vitest";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { TriggerHarness } from "./trigger-harness.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const on = (eventName: string, rest: JsonObject = {}): JsonObject => ({
  type: "event",
  eventName,
  ...rest,
});

function asking(config: JsonObject = {}): JsonObject {
  return {
    inputs: { iban: { type: "string", sensitive: true } },
    steps: [
      {
        id: "ask",
        type: "approval",
        config: {
          ...{ channel: "C0APPROVALS", title: "Pay {{variables.iban}}?", message: "?" },
          ...{ approvers: ["U0BOB"], ...config },
        },
        next: { approve: "end", reject: "end", ...(config["timeout"] ? { expired: "end" } : {}) },
      },
    ],
  };
}

async function run(harness: TriggerHarness, engine: RunningEngine): Promise<string> {
  const { executionId } = await engine.executions.start({
    workflowId: "pay",
    variables: { iban: "DE89 3704 0044" },
    variableForm: "json",
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  await harness.clock.advance(500);
  return executionId;
}

async function decide(harness: TriggerHarness, engine: RunningEngine, executionId: string) {
  const { requests } = await engine.executions.get(executionId);
  const open = requests.find(({ outcome }) => outcome === null)?.opened;
  if (!open) throw new Error("Nothing is asked.");
  const { id: requestId, round, hash } = open;
  await engine.approvals.vote({
    ...{ executionId, requestId, round, hash, choice: "approve", by: "U0BOB" },
  });
  await harness.clock.advance(500);
}

/** The names of what a workflow heard, in order. */
async function heard(harness: TriggerHarness, engine: RunningEngine): Promise<unknown[]> {
  return (await harness.runs(engine, "hear")).map(({ event }) => event);
}

describe("a request for a decision", () => {
  test("starts those who wait for it to be asked and decided, without what is sensitive", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "pay", { type: "manual" }, asking());
    await harness.deploy(engine, "hear", on("approval.asked"));
    await harness.deploy(engine, "book", on("approval.decided"));

    const executionId = await run(harness, engine);
    expect(await harness.runs(engine, "hear")).toMatchObject([
      {
        ...{ event: "approval.asked", workflowId: "pay", executionId, stepId: "ask" },
        ...{ approvers: ["U0BOB"], channel: "C0APPROVALS" },
      },
    ]);
    await decide(harness, engine, executionId);

    const [booked] = await harness.runs(engine, "book");
    expect(booked).toMatchObject({ decision: "approve", decidedBy: ["U0BOB"], comment: null });
    expect(JSON.stringify(booked)).not.toContain("DE89");
    const [source] = await harness.store.events.list({
      name: "approval.decided",
      from: 0,
      limit: 9,
    });
    expect(source?.source).toMatchObject({ executionId, workflowId: "pay", depth: 0 });
  });

  test("that nobody answers is reminded, escalated and expires, each once", async () => {
    await using harness = await TriggerHarness.open({ pollMs: MINUTE });
    const engine = await harness.start();
    const times = {
      remindAfter: "1h",
      escalateAfter: "2h",
      escalateTo: ["U0CAROL"],
      timeout: "3h",
    };
    await harness.deploy(engine, "pay", { type: "manual" }, asking(times));
    for (const name of ["reminded", "escalated", "expired"])
      await harness.deploy(engine, `on-${name}`, on(`approval.${name}`));
    await run(harness, engine);

    await harness.clock.advance(4 * HOUR);

    for (const name of ["reminded", "escalated", "expired"])
      expect(await harness.runs(engine, `on-${name}`)).toMatchObject([
        { event: `approval.${name}`, workflowId: "pay" },
      ]);
    expect(await harness.runs(engine, "on-escalated")).toMatchObject([{ to: ["U0CAROL"] }]);
  });

  test("of a run that is cancelled is closed", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "pay", { type: "manual" }, asking());
    await harness.deploy(engine, "hear", on("approval.closed"));
    const executionId = await run(harness, engine);

    await engine.executions.cancel(executionId, "U0ALICE");
    await harness.clock.advance(500);

    expect(await heard(harness, engine)).toEqual(["approval.closed"]);
  });

  test("wakes a run that waits for the decision of another one", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "pay", { type: "manual" }, asking());
    const waits = { id: "paid", type: "wait", config: { event: "approval.decided" } };
    await harness.deploy(engine, "waiter", { type: "manual" }, { steps: [waits] });
    const waiting = await engine.executions.start({
      ...{ workflowId: "waiter", variables: {}, variableForm: "json" },
      trigger: { type: "api" },
    });
    await harness.clock.advance(500);

    await decide(harness, engine, await run(harness, engine));

    expect((await engine.executions.get(waiting.executionId)).status).toBe("completed");
  });

  test("is published by the next process when this one dies after the commit", async () => {
    await using harness = await TriggerHarness.open();
    let isDead = false;
    const store = interceptStore(harness.store, async ({ method, args, run: write }) => {
      if (isDead) throw new AppError({ code: "store_unavailable", message: "Dead." });
      const result = await write();
      isDead = method === "log.commit" && JSON.stringify(args).includes('"request"');
      return result;
    });
    const first = await harness.start(store);
    await harness.deploy(first, "pay", { type: "manual" }, asking());
    await harness.deploy(first, "hear", on("approval.asked"));
    await run(harness, first);

    await harness.store.leases.voidAll(harness.clock.now());
    const second = await harness.start();
    await harness.clock.advance(5 * MINUTE);

    expect(isDead).toBe(true);
    expect(await heard(harness, second)).toEqual(["approval.asked"]);
  });

  test("does not start the workflow that asks by what it asks", async () => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await harness.deploy(engine, "pay", on("approval.asked"), asking());
    await run(harness, engine);
    expect(await harness.runs(engine, "pay")).toHaveLength(1);
  });
});

test.for(["approval.asked", "approval.decided", "budget.warning", "workflow.completed"])(
  "%s cannot be published by others",
  async (name) => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    await expect(engine.triggers.publish({ name, payload: {} })).rejects.toThrow(
      /published by the bot itself/,
    );
  },
);

test.for(["approval.asekd", "approval.done", "budget.exhausted"])(
  "a trigger for %s is a problem that names what there is",
  async (eventName) => {
    await using harness = await TriggerHarness.open();
    const engine = await harness.start();
    const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
    const source = { id: "w", name: "W", trigger: on(eventName), steps };
    expect(engine.workflows.validate(source).problems).toMatchObject([
      { path: "trigger.eventName", fix: expect.stringContaining("approval.asked") },
    ]);
  },
);
