import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { Clock } from "../../../src/engine/ports/clock.ts";
import type { Service } from "../../../src/engine/ports/service.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { crashingStore } from "../../support/crashing-store.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { settle } from "../../support/manual-clock.ts";
import { TriggerHarness } from "../triggers/trigger-harness.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const MANUAL = { type: "manual" };

/** What the steps reach: it keeps the keys, and answers at once or when the test says so. */
class Outside {
  readonly keys: string[] = [];
  /** Calls of this step are not answered before `answer`. */
  held = "";
  answer: () => void = () => undefined;

  readonly service: Service = {
    name: "outside",
    defaultAction: "do",
    actions: {
      do: {
        summary: "Does what is asked.",
        params: z.looseObject({}),
        sideEffect: true,
        onUnknown: "repeat",
        execute: async (_params, { idempotencyKey: key, stepId }): Promise<Json> => {
          this.keys.push(key);
          if (stepId === this.held) {
            const { promise, resolve } = Promise.withResolvers<void>();
            this.answer = resolve;
            await promise;
          }
          return "done";
        },
      },
    },
  };

  /** How often each key came. */
  get times(): readonly number[] {
    return [...new Set(this.keys)].map((key) => this.keys.filter((one) => one === key).length);
  }
}

const call = (id: string, next = "end"): JsonObject => ({
  id,
  type: "service",
  config: { service: "outside" },
  next,
});

/** Which of two processes has the clock that is ahead of the other's. */
const DIFFERENCES = [
  { what: "ahead of", first: 5 * SECOND, second: 0 },
  { what: "behind", first: 0, second: 5 * SECOND },
] as const;

interface Difference {
  readonly first: number;
  readonly second: number;
}

/** Two processes that share a store; the first one has its own view of it. */
async function open(
  { first, second }: Difference,
  view: (store: Store, clock: Clock) => Store = (store) => store,
) {
  const outside = new Outside();
  const harness = await TriggerHarness.open({ services: [outside.service] });
  const one = await harness.start(view(harness.store, harness.clock), first);
  const other = await harness.start(harness.store, second);
  return { harness, outside, one, other };
}

async function begin(engine: RunningEngine, workflowId: string): Promise<string> {
  const { executionId } = await engine.executions.start({
    workflowId,
    variables: {},
    variableForm: "json",
    trigger: { type: "api" },
  });
  await settle();
  return executionId;
}

describe.for(DIFFERENCES)("with a clock 5 s $what that of the other process", (difference) => {
  test("a run with a long call stays where it is while its process lives", async () => {
    const { harness, outside, one, other } = await open(difference);
    await using _ = harness;
    await harness.deploy(one, "long", MANUAL, { steps: [call("pay")] });
    outside.held = "pay";
    const executionId = await begin(one, "long");

    await harness.clock.advance(5 * MINUTE);
    expect(outside.times).toEqual([1]);
    outside.answer();
    await settle();

    expect(await other.executions.get(executionId)).toMatchObject({ status: "completed" });
    expect(outside.times).toEqual([1]);
    expect(harness.warnings).toEqual([]);
  });

  test("a run is taken over within 36 s when its process dies, and its call is made again with the same key", async () => {
    const dying = { die: () => undefined as unknown };
    const { harness, outside, one, other } = await open(difference, (store) => {
      const mortal = crashingStore(store, Number.POSITIVE_INFINITY, "before");
      dying.die = mortal.die;
      return mortal.store;
    });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => harness.store[Symbol.asyncDispose]());
    stack.defer(() => other.stop());
    await harness.deploy(other, "long", MANUAL, { steps: [call("pay")] });
    await harness.clock.advance(2 * SECOND);
    outside.held = "pay";
    const executionId = await begin(one, "long");
    expect(outside.times).toEqual([1]);

    dying.die();
    outside.held = "";
    await harness.clock.advance(36 * SECOND);

    expect(await other.executions.get(executionId)).toMatchObject({ status: "completed" });
    expect(outside.times).toEqual([2]);
  });

  test("a process whose renewals are answered late, or not at all, has stopped beginning calls before the other one goes on", async () => {
    const { harness, outside, one } = await open(difference, withSlowRenewals);
    await using _ = harness;
    await harness.deploy(one, "two", MANUAL, { steps: [call("first", "second"), call("second")] });
    outside.held = "first";
    await begin(one, "two");

    await harness.clock.advance(27 * SECOND);
    outside.answer();
    await settle();
    expect(outside.keys.filter((key) => key.includes("second"))).toEqual([]);
    outside.held = "";
    await harness.clock.advance(40 * SECOND);

    expect(outside.keys.filter((key) => key.includes("second"))).toHaveLength(1);
  });

  test("a timer, a time-out and an expiry happen once", async () => {
    const { harness, outside, one, other } = await open(difference);
    await using _ = harness;
    const nap = { id: "nap", type: "wait", config: { duration: "10m" }, next: "note" };
    await harness.deploy(one, "nap", MANUAL, { steps: [nap, call("note")] });
    const ask = {
      id: "ask",
      type: "approval",
      config: { title: "Go on?", approvers: ["U0BOB"], timeout: "10m" },
      next: { approve: "end", reject: "end", expired: "tell" },
    };
    await harness.deploy(one, "ask", MANUAL, { steps: [ask, call("tell")] });
    const ids = [await begin(one, "nap"), await begin(one, "ask"), await begin(other, "nap")];

    await harness.clock.advance(9 * MINUTE);
    expect(outside.keys).toEqual([]);
    await harness.clock.advance(MINUTE + 6 * SECOND);

    expect(outside.times).toEqual([1, 1, 1]);
    for (const id of ids)
      expect(await other.executions.get(id)).toMatchObject({ status: "completed" });
    for (const id of ids) {
      const log = await harness.store.log.read(id, 0);
      const ends = log.flatMap(({ events }) =>
        events.filter(({ type }) => type === "execution_completed"),
      );
      expect(ends).toHaveLength(1);
    }
  });

  test("each time of a schedule starts one run", async () => {
    const { harness, one, other } = await open(difference);
    await using _ = harness;
    await harness.deploy(one, "minutely", { type: "schedule", cron: "* * * * *" });

    await harness.clock.advance(10 * MINUTE);

    const times = (await harness.runs(other, "minutely")).map(({ at }) => at);
    // The process that is ahead has started the last one already.
    expect([10, 11]).toContain(times.length);
    expect(new Set(times).size).toBe(times.length);
  });

  test("a delivery that comes to both starts one run, whenever it comes again", async () => {
    const { harness, one, other } = await open(difference);
    await using _ = harness;
    await harness.deploy(one, "hook", { type: "webhook", path: "/webhooks/orders" });
    await harness.clock.advance(2 * SECOND);

    const { executionId } = await one.triggers.receiveWebhook(DELIVERY);
    await harness.clock.advance(9 * MINUTE);
    expect(await other.triggers.receiveWebhook(DELIVERY)).toEqual({ executionId, duplicate: true });
    await harness.clock.advance(20 * MINUTE);

    expect(await other.triggers.receiveWebhook(DELIVERY)).toEqual({ executionId, duplicate: true });
  });

  test("an event that the other process was told after the run began is not missed", async () => {
    const { harness, one, other } = await open(difference);
    await using _ = harness;
    const nap = { id: "nap", type: "wait", config: { duration: "1m" }, next: "paid" };
    const paid = { id: "paid", type: "wait", config: { event: "invoice.paid" } };
    await harness.deploy(one, "waiter", MANUAL, { steps: [nap, paid] });
    const executionId = await begin(one, "waiter");

    await other.triggers.publish({ name: "invoice.paid", payload: { n: 1 } });
    await harness.clock.advance(2 * MINUTE);

    expect(await other.executions.get(executionId)).toMatchObject({
      status: "completed",
      output: { event: { payload: { n: 1 } } },
    });
  });
});

const DELIVERY = {
  path: "/webhooks/orders",
  query: "",
  isLocal: true,
  headers: { "x-delivery-id": "d1" },
  body: Buffer.from('{"order":1}'),
};

/** The first renewal of leases is done at once and answered 9 s later; then no lease is given or renewed any more, and commits are taken. */
function withSlowRenewals(store: Store, clock: Clock): Store {
  let isAway = false;
  const late = async (renew: () => unknown): Promise<void> => {
    isAway = true;
    await renew();
    await new Promise<void>((resolve) => {
      clock.after(9 * SECOND, resolve);
    });
  };
  const away = () =>
    Promise.reject(
      new AppError({ code: "store_unavailable", message: "It does not answer.", retryable: true }),
    );
  return interceptStore(store, ({ method, run }) => {
    if (isAway && ["leases.renew", "leases.claimDue", "leases.claim"].includes(method))
      return away();
    return method === "leases.renew" ? late(run) : run();
  });
}
