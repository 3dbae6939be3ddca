import { performance } from "node:perf_hooks";
import { z } from "zod";
import { createCron } from "../src/adapters/node-cron.ts";
import { compileDefinition } from "../src/engine/definition/compile.ts";
import { Definition } from "../src/engine/definition/schema.ts";
import { createEngine, type RunningEngine } from "../src/engine/engine.ts";
import { advance } from "../src/engine/execution/decider/advance.ts";
import { Worklist } from "../src/engine/execution/decider/worklist.ts";
import { apply, applyCommit, initialState } from "../src/engine/execution/reducer/apply.ts";
import type { Clock } from "../src/engine/ports/clock.ts";
import type { Service } from "../src/engine/ports/service.ts";
import type { Store } from "../src/engine/ports/store.ts";
import { createStepTypes } from "../src/engine/steps/index.ts";
import { createTriggerTypes } from "../src/engine/triggers/types/index.ts";
import { createServiceRegistry } from "../src/services/registry.ts";
import type { JsonObject } from "../src/shared/json.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";

/**
 * What a step costs early and late in an execution of 500: `npm run bench:steps [runs]`. The ratio
 * should be 1: whatever grows with the length of an execution shows here. The last line is what
 * grows with it: loading an execution.
 *
 * Times are the median over the runs of each step, and the mean of 40 steps around the 25th and the
 * 475th. The store is in memory and the clock leaps over waits, so that nothing but the engine and
 * its store is measured.
 */
const RUNS = Number(process.argv[2] ?? 15);
const STEPS = 500;
/** About the output of a step of an AI workflow. */
const OUTPUT = "x".repeat(600);

/** A clock that leaps to the next timer as soon as nothing else is to be done. */
class LeapingClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  /** A leap takes no time. */
  elapsed(): number {
    return performance.now();
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Leaps to the next timer that is due within `maxMs`. */
  leap(maxMs: number): void {
    const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
    if (!next || next.at > this.#now + maxMs) return;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.run();
  }
}

const calls: number[] = [];
const work: Service = {
  name: "work",
  defaultAction: "do",
  actions: {
    do: {
      summary: "Does nothing.",
      params: z.object({}),
      sideEffect: false,
      onUnknown: "repeat",
      execute: async () => {
        calls.push(performance.now());
        return OUTPUT;
      },
    },
  },
};

function linear(id: string, step: (index: number) => JsonObject): JsonObject {
  const steps = Array.from({ length: STEPS }, (_, index) => ({
    id: `s${index}`,
    ...step(index),
    next: index + 1 < STEPS ? `s${index + 1}` : "end",
  }));
  return { id, name: id, steps, limits: { maxSteps: STEPS } };
}

const WAIT_MS = 1000;
const PURE = linear("pure", (index) => ({
  type: "transform",
  config: { expression: `[${index}, '${OUTPUT}']` },
}));
const KINDS = {
  service: linear("service", () => ({ type: "service", config: { service: "work" } })),
  wait: linear("wait", (index) =>
    index % 2 === 0
      ? { type: "service", config: { service: "work" } }
      : { type: "wait", config: { duration: WAIT_MS } },
  ),
};

/** Decides and folds pure steps, without a store. @returns milliseconds of each step. */
function measurePure(): readonly number[] {
  const definition = Definition.parse(PURE);
  const stepTypes = createStepTypes({ defaultModel: "gpt-4o-mini" });
  const workflow = compileDefinition(definition, stepTypes, {
    services: createServiceRegistry([]),
  });
  const start = {
    type: "execution_started" as const,
    executionId: "exec_bench",
    workflowId: "pure",
    workflowName: "pure",
    version: 1,
    trigger: { type: "api" },
    variables: {},
    deadline: Number.MAX_SAFE_INTEGER,
    at: 0,
  };
  const state = initialState(start, workflow.first);
  const worklist = new Worklist(state);
  const times: number[] = [];
  while (state.status !== "completed") {
    const begun = performance.now();
    for (const event of advance(workflow, state, worklist, 1)) {
      apply(state, event);
      worklist.note(state, event);
    }
    times.push(performance.now() - begun);
  }
  return times;
}

function report(kind: string, runs: readonly (readonly number[])[]): void {
  const last = (runs[0]?.length ?? 0) - 25;
  const [early, late] = [meanAround(runs, 25), meanAround(runs, last)];
  const figures = `${early.toFixed(4)} ms → ${late.toFixed(4)} ms`;
  console.log(`${kind.padEnd(8)} ${figures}, ratio ${(late / early).toFixed(2)}`);
}

/** Starts one execution. @returns milliseconds from each call of its services to the next. */
async function measure(
  engine: RunningEngine,
  store: Store,
  clock: LeapingClock,
  workflowId: string,
): Promise<readonly number[]> {
  calls.length = 0;
  const { executionId } = await engine.executions.start({
    workflowId,
    variables: {},
    variableForm: "json",
    trigger: { type: "api" },
  });
  for (let turns = 0; ; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.leap(WAIT_MS);
    if (turns % 50 !== 49) continue;
    const head = await store.executions.get(executionId);
    if (head?.status === "completed") break;
    if (head?.status === "failed") throw new Error(`${workflowId} failed.`);
  }
  return calls.slice(1).map((at, index) => at - (calls[index] ?? at));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Mean of the medians of some steps, in milliseconds. */
function meanAround(runs: readonly (readonly number[])[], center: number): number {
  const indexes = Array.from({ length: 40 }, (_, offset) => center - 20 + offset);
  const medians = indexes.map((index) => median(runs.map((run) => run[index] ?? 0)));
  return medians.reduce((sum, ms) => sum + ms, 0) / medians.length;
}

/** Reads the last execution as a process does that takes it over with nothing in memory. */
async function measureResume(store: Store, workflowId: string): Promise<void> {
  const { records } = await store.executions.list({ workflowId, limit: 1 });
  const [head] = records;
  if (!head) throw new Error(`${workflowId} was not executed.`);
  const times: number[] = [];
  for (let run = 0; run < RUNS * 5; run += 1) {
    const begun = performance.now();
    const state = initialState(head.start, "s0");
    for (const { rev, events } of await store.log.read(head.executionId, 0))
      applyCommit(state, rev, events);
    times.push(performance.now() - begun);
    if (state.status !== "completed") throw new Error(`The log of ${workflowId} has no end.`);
  }
  console.log(`resume   ${median(times).toFixed(2)} ms for ${STEPS} steps`);
}

async function main(): Promise<void> {
  await using store = await openSqliteStore({ path: ":memory:" });
  const clock = new LeapingClock();
  const cron = createCron();
  const engine = createEngine({
    store,
    clock,
    logger: { info() {}, debug() {}, warn: console.warn, error: console.error },
    directory: {
      person: async () => null,
      groupMembers: async () => null,
      channelMembers: async () => null,
    },
    model: { complete: () => Promise.reject(new Error("No model.")) },
    services: createServiceRegistry([work]),
    stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
    triggerTypes: createTriggerTypes({ cron }),
    cron,
    revealSecrets: (params) => params,
    pollMs: 3_600_000,
  });
  await engine.run();
  for (let warm = 0; warm < 20; warm += 1) measurePure();
  report("pure", Array.from({ length: RUNS * 5 }, measurePure));
  for (const [kind, definition] of Object.entries(KINDS)) {
    const deployed = await engine.workflows.deploy(definition, { by: "bench" });
    if (!deployed.deployed) throw new Error(JSON.stringify(deployed.problems));
    const runs: (readonly number[])[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await measure(engine, store, clock, kind));
    report(kind, runs);
  }
  await engine.stop();
  await measureResume(store, "wait");
}

await main();
