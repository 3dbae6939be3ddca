import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createCron } from "../../../src/adapters/node-cron.ts";
import { createPriceBook } from "../../../src/engine/ai/pricing.ts";
import type { ExecutionView } from "../../../src/engine/api/executions.ts";
import { createEngine, type RunningEngine } from "../../../src/engine/engine.ts";
import { isFinished } from "../../../src/engine/model/state.ts";
import { sumTotals, type TotalsDimension } from "../../../src/engine/model/totals.ts";
import type { ModelClient } from "../../../src/engine/ports/model.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { createStepTypes } from "../../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../../src/engine/triggers/types/index.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { NANO_PER_DOLLAR } from "../../../src/shared/money.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { crashingStore } from "../../support/crashing-store.ts";
import { interceptStore } from "../../support/intercept-store.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import { recordingServices } from "../../support/recording-services.ts";

/** Room for one of the calls at its worst price, not for two. */
const CAP_USD = 0.016;

const ask = (id: string): JsonObject => ({
  id,
  type: "ai-decision",
  config: { model: "gpt-4o", prompt: "Yes or no?", outputFormat: "boolean" },
  next: { true: "end", false: "end" },
});

/** Two branches that each ask a model: together they could pass the cap, one alone could not. */
const DEFINITION = {
  id: "ask",
  name: "Ask",
  limits: { maxCostUsd: CAP_USD },
  steps: [
    {
      id: "both",
      type: "parallel",
      config: {
        branches: [
          { id: "a", steps: [ask("first")] },
          { id: "b", steps: [ask("second")] },
        ],
      },
      next: "last",
    },
    {
      ...ask("last"),
      config: {
        model: "gpt-4o",
        prompt: `Yes or no? ${"A long story. ".repeat(100)}`,
        outputFormat: "boolean",
      },
    },
  ],
};

const USAGE = { promptTokens: 900, completionTokens: 60 };
const PRICE = createPriceBook().priceCall({ model: "gpt-4o", usage: USAGE, at: 0 }).costNano ?? 0;

/** What the provider charges, whether anybody here learns of it or not. */
class Provider implements ModelClient {
  charged = 0;
  underWay = 0;
  most = 0;

  async complete({ model }: { readonly model: string }) {
    this.charged += PRICE;
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    await settle();
    this.underWay -= 1;
    return { text: "true", finishReason: "stop", usage: USAGE, model, latencyMs: 1, raw: {} };
  }
}

function engineOn(store: Store, clock: ManualClock, model: ModelClient): RunningEngine {
  const person = { isAdmin: false, isGuest: false, isStranger: false, isBot: false };
  return createEngine({
    store,
    clock,
    logger: pino({ level: "silent" }),
    directory: {
      person: async (id) => ({ id, name: id, ...person }),
      groupMembers: async () => [],
      channelMembers: async () => null,
    },
    services: recordingServices([], () => ({})),
    model,
    stepTypes: createStepTypes({ defaultModel: "gpt-4o" }),
    triggerTypes: createTriggerTypes({ cron: createCron() }),
    cron: createCron(),
    revealSecrets: (params) => params,
    hideSecrets: (text) => text,
    pollMs: 86_400_000,
  });
}

/** Decides as Alice what is asked, until the run is over or the process is dead. */
async function live(engine: RunningEngine, isDead: () => boolean): Promise<ExecutionView | null> {
  for (let turn = 0; turn < 60 && !isDead(); turn += 1) {
    await settle();
    const [run] = (await answered(engine.executions.list({}), isDead))?.executions ?? [];
    if (!run) continue;
    const view = await answered(engine.executions.get(run.executionId), isDead);
    if (!view) return null;
    if (isFinished(view.status)) return view;
    const open = view.requests.find(({ outcome }) => outcome === null)?.opened;
    if (!open) continue;
    const { id: requestId, round, hash } = open;
    const { executionId } = view;
    const click = { executionId, requestId, round, hash, choice: "add", by: "U0ALICE" };
    void engine.approvals.vote(click).catch(() => undefined);
  }
  return null;
}

/** A dead process answers nothing. */
async function answered<T>(promise: Promise<T>, isDead: () => boolean): Promise<T | null> {
  let value: { readonly got: T } | null = null;
  void promise.then((got) => (value = { got }));
  for (let turn = 0; turn < 20 && value === null && !isDead(); turn += 1) await settle();
  return (value as { readonly got: T } | null)?.got ?? null;
}

async function sumOf(store: Store, dimension: TotalsDimension): Promise<number> {
  const rows = await store.totals.read({ dimension, from: 0, to: Number.MAX_SAFE_INTEGER });
  return sumTotals(rows).costNano;
}

/** One life that ends at a write, then another that finishes. @returns whether the first one died. */
async function crashAt(write: number, when: "before" | "after"): Promise<boolean> {
  await using store = await openSqliteStore({ path: ":memory:" });
  const clock = new ManualClock();
  const provider = new Provider();
  const crashing = crashingStore(store, write, when);
  const isDead = () => crashing.isDead;
  const first = engineOn(crashing.store, clock, provider);
  const begun = first.workflows
    .deploy(DEFINITION, { by: "test" })
    .then(() => first.run())
    .then(() => start(first));
  await answered(begun, isDead);
  const finished = isDead() ? null : await live(first, isDead);

  await store.leases.voidAll(clock.now());
  const second = engineOn(store, clock, provider);
  await second.workflows.deploy(DEFINITION, { by: "test" });
  await second.run();
  await start(second);
  const view = finished ?? (await live(second, () => false));
  await settle();
  await verify(store, provider, view, `${when} write ${write}`);
  await second.stop();
  return crashing.isDead;
}

async function start(engine: RunningEngine): Promise<void> {
  await engine.executions.start({
    workflowId: "ask",
    variables: {},
    variableForm: "json",
    trigger: { type: "slash", userId: "U0ALICE" },
    executionId: "exec_1",
  });
}

async function verify(
  store: Store,
  provider: Provider,
  view: ExecutionView | null,
  place: string,
): Promise<void> {
  expect(view?.status, place).toBe("completed");
  const calls = await store.calls.list("exec_1");
  const recorded = calls.reduce((sum, { costNano }) => sum + (costNano ?? 0), 0);
  expect(Math.round((view?.totalCost ?? 0) * NANO_PER_DOLLAR), place).toBe(recorded);
  for (const dimension of [
    "workflow",
    "version",
    "person",
    "step",
    "model",
    "person-model",
  ] as const)
    expect(await sumOf(store, dimension), `${dimension}, ${place}`).toBe(recorded);
  // What was charged and not recorded must not look like a known price.
  if (provider.charged > recorded) expect(view?.costUnknown, place).toBe(true);
  const added = view?.requests.filter(({ outcome }) => outcome?.decision === "add") ?? [];
  const cap = CAP_USD * NANO_PER_DOLLAR + added.length * NANO_PER_DOLLAR;
  expect(provider.charged, place).toBeLessThanOrEqual(cap);
}

describe("whenever the process dies", () => {
  test.for(["before", "after"] as const)(
    "%s a write, totals equal the recorded calls and the cap holds",
    { timeout: 60_000 },
    async (when) => {
      let write = 1;
      while (await crashAt(write, when)) write += 1;
      expect(write).toBeGreaterThan(10);
    },
  );
});

test("a call whose record stands although the store could not say so is charged, and asked once", async () => {
  await using store = await openSqliteStore({ path: ":memory:" });
  const clock = new ManualClock();
  const provider = new Provider();
  let lost = 0;
  const deaf = interceptStore(store, ({ method, run }) => {
    if (method !== "calls.insert") return run();
    return Promise.resolve(run()).then(() => {
      if (lost++ === 0)
        throw new AppError({ code: "store_unavailable", message: "Not now.", retryable: true });
    });
  });
  const engine = engineOn(deaf, clock, provider);
  await engine.workflows.deploy({ id: "ask", name: "Ask", steps: [ask("only")] }, { by: "test" });
  await engine.run();
  await start(engine);
  for (let second = 0; second < 10; second += 1) {
    await settle();
    await clock.advance(1000);
  }

  const view = await live(engine, () => false);

  await verify(store, provider, view, "record stored, answer lost");
  expect(provider.charged).toBe(PRICE);
  await engine.stop();
});

test("two branches that could pass the cap together ask one after the other", async () => {
  await using store = await openSqliteStore({ path: ":memory:" });
  const provider = new Provider();
  const engine = engineOn(store, new ManualClock(), provider);
  await engine.workflows.deploy(
    {
      ...DEFINITION,
      steps: DEFINITION.steps.slice(0, 1).map((step) => ({ ...step, next: "end" })),
    },
    { by: "test" },
  );
  await engine.run();
  await start(engine);

  const view = await live(engine, () => false);

  expect(view).toMatchObject({ status: "completed", requests: [] });
  expect(provider.most).toBe(1);
  expect(provider.charged).toBe(2 * PRICE);
  await engine.stop();
});

test("a call of a run that was cancelled when the process died is in the totals, and the rest is unknown", async () => {
  await using store = await openSqliteStore({ path: ":memory:" });
  const clock = new ManualClock();
  const crashing = crashingStore(store, Number.POSITIVE_INFINITY, "before");
  const answers = ["perhaps"];
  const model: ModelClient = {
    complete: async (request) => {
      const text = answers.shift();
      // The question is asked again, and never answered.
      if (text === undefined) return new Promise(() => {});
      return {
        text,
        finishReason: "stop",
        usage: USAGE,
        model: request.model,
        latencyMs: 1,
        raw: {},
      };
    },
  };
  const first = engineOn(crashing.store, clock, model);
  await first.workflows.deploy({ id: "ask", name: "Ask", steps: [ask("only")] }, { by: "test" });
  await first.run();
  await start(first);
  await settle();
  await first.executions.cancel("exec_1", "U0ALICE");
  await settle();
  crashing.die();

  await store.leases.voidAll(clock.now());
  const second = engineOn(store, clock, model);
  await second.run();
  await settle();

  const view = await second.executions.get("exec_1");
  expect(view).toMatchObject({ status: "cancelled", costUnknown: true });
  expect(Math.round(view.totalCost * NANO_PER_DOLLAR)).toBe(PRICE);
  expect(await sumOf(store, "workflow")).toBe(PRICE);
  await second.stop();
});
