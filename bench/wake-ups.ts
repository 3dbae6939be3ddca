import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { MongoClient } from "mongodb";
import { z } from "zod";
import { createCron } from "../src/adapters/node-cron.ts";
import { createEngine, type RunningEngine } from "../src/engine/engine.ts";
import { systemClock } from "../src/engine/ports/clock.ts";
import type { Service } from "../src/engine/ports/service.ts";
import { createStepTypes } from "../src/engine/steps/index.ts";
import { createTriggerTypes } from "../src/engine/triggers/types/index.ts";
import { createServiceRegistry } from "../src/services/registry.ts";
import { openMongoStore } from "../src/store/mongodb/open.ts";
import { interceptStore, type StoreMethod } from "../test/support/intercept-store.ts";

/**
 * Measures the time until a process records a signal that another process sent to an execution in
 * its memory, and its queries while idle: `node bench/wake-ups.ts mongodb://127.0.0.1:27017/`,
 * first without change streams, then with them if the server has them. Drops the database that it
 * creates.
 */
const [, , uri = "mongodb://127.0.0.1:27017/", role = "measure", database = randomDatabase()] =
  process.argv;
const SIGNALS = 100;
/**
 * Milliseconds between two signals: longer than a poll interval, so that each meets an idle
 * process.
 */
const MIN_GAP_MS = 300;
const GAP_SPREAD_MS = 500;
const IDLE_MS = 10_000;
/** The queries by which a process polls for work of others. */
const QUESTIONS = [
  "leases.claimDue",
  "signals.pending",
  "leases.nextDue",
  "kv.list",
  "workflows.list",
  "events.pending",
] as const satisfies readonly StoreMethod[];

/** Milliseconds since 1970 with fractions, the same clock in every process of the machine. */
const now = (): number => performance.timeOrigin + performance.now();

const Message = z.union([
  z.object({ state: z.enum(["live", "broken", "unsupported"]) }),
  z.object({ ready: z.array(z.string()) }),
  z.object({ cancelled: z.string(), at: z.number() }),
  z.object({ questions: z.number() }),
]);
type Message = z.infer<typeof Message>;

const never: Service = {
  name: "never",
  defaultAction: "answer",
  actions: {
    answer: {
      summary: "Does not answer.",
      params: z.object({}),
      sideEffect: true,
      onUnknown: "repeat",
      execute: () => new Promise(() => undefined),
    },
  },
};

/** Has executions in memory, and reports when it records the cancellation of one. */
async function hold(streams: boolean): Promise<void> {
  const report = (message: Message): unknown => process.send?.(message);
  await using opened = await openMongoStore(`${uri}${database}`);
  let questions = 0;
  const store = interceptStore(opened, ({ method, run }) => {
    if (QUESTIONS.some((question) => question === method)) questions += 1;
    return run();
  });
  const engine = createEngine({
    ...engineParts(),
    store: streams ? store : { ...store, watch: () => ({ async [Symbol.asyncDispose]() {} }) },
    observe: (events, { start }) => {
      if (events.some(({ type }) => type === "execution_cancel_requested"))
        report({ cancelled: start.executionId, at: now() });
    },
    onWatchState: (isLive) => report({ state: isLive ? "live" : "unsupported" }),
  });
  await engine.run();
  report({ ready: await begin(engine) });
  // Waits for the parent, which then measures the queries at rest.
  await once(process, "message");
  const before = questions;
  await setTimeout(IDLE_MS);
  report({ questions: questions - before });
  await once(process, "disconnect");
  await engine.stop();
}

function engineParts() {
  const cron = createCron();
  return {
    clock: systemClock,
    logger: { info() {}, debug() {}, warn: console.warn, error: console.error },
    directory: {
      person: async () => null,
      groupMembers: async () => null,
      channelMembers: async () => null,
    },
    model: { complete: () => Promise.reject(new Error("No model.")) },
    services: createServiceRegistry([never]),
    stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
    triggerTypes: createTriggerTypes({ cron }),
    cron,
    revealSecrets: <T>(params: T): T => params,
    pollMs: 250,
  };
}

async function begin(engine: RunningEngine): Promise<string[]> {
  const steps = [{ id: "wait", type: "service", config: { service: "never" } }];
  const deployed = await engine.workflows.deploy(
    { id: "hold", name: "Hold", steps },
    { by: "bench" },
  );
  if (!deployed.deployed) throw new Error(JSON.stringify(deployed.problems));
  const ids: string[] = [];
  for (let n = 0; n < SIGNALS; n += 1) {
    const { executionId } = await engine.executions.start({
      workflowId: "hold",
      variables: {},
      variableForm: "json",
      trigger: { type: "api" },
    });
    ids.push(executionId);
  }
  return ids;
}

/** Cancels executions of another process. */
async function measure(streams: boolean): Promise<void> {
  const holder = fork(import.meta.filename, [uri, streams ? "stream" : "poll", database]);
  await using store = await openMongoStore(`${uri}${database}`);
  const state = streams ? next(holder, "state") : null;
  const { ready } = await next(holder, "ready");
  if ((await state)?.state === "unsupported") {
    console.log("stream   the server has no change streams");
    await end(holder);
    return;
  }
  await setTimeout(2000);
  const latencies: number[] = [];
  for (const executionId of ready) {
    await setTimeout(MIN_GAP_MS + Math.random() * GAP_SPREAD_MS);
    const cancelled = next(holder, "cancelled");
    const begun = now();
    const id = `bench:${executionId}`;
    const payload = { by: "bench" };
    await store.signals.insert({ id, executionId, kind: "cancel", payload, at: Date.now() });
    latencies.push((await cancelled).at - begun);
  }
  latencies.sort((a, b) => a - b);
  const at = (share: number): string => (latencies[Math.floor(SIGNALS * share)] ?? 0).toFixed(1);
  // Cancelled executions have five seconds to end.
  await setTimeout(6000);
  holder.send("count");
  const { questions } = await next(holder, "questions");
  console.log(
    `${streams ? "stream" : "poll  "}   median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, slowest ${at(0.99)} ms; ` +
      `at rest ${((questions / IDLE_MS) * 1000).toFixed(1)} questions a second`,
  );
  await end(holder);
}

async function next<Key extends "state" | "ready" | "cancelled" | "questions">(
  child: ChildProcess,
  key: Key,
): Promise<Extract<Message, Readonly<Record<Key, unknown>>>> {
  for await (const [message] of eventsOf(child)) {
    const parsed = Message.parse(message);
    if (has(parsed, key)) return parsed;
  }
  throw new Error("The other process ended.");
}

async function* eventsOf(child: ChildProcess): AsyncGenerator<readonly unknown[]> {
  for (;;) yield await once(child, "message");
}

function has<Key extends string>(
  message: Message,
  key: Key,
): message is Extract<Message, Readonly<Record<Key, unknown>>> {
  return key in message;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}

function randomDatabase(): string {
  return `heddle_bench_${randomBytes(4).toString("hex")}`;
}

if (role === "measure") {
  await measure(false);
  await measure(true);
  await using client = new MongoClient(uri);
  await client.db(database).dropDatabase();
} else await hold(role === "stream");
