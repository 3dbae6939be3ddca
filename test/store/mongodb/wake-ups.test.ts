import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCron } from "../../../src/adapters/node-cron.ts";
import { createEngine, type RunningEngine } from "../../../src/engine/engine.ts";
import type { ExecutionEvent } from "../../../src/engine/model/events.ts";
import { systemClock } from "../../../src/engine/ports/clock.ts";
import { createStepTypes } from "../../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../../src/engine/triggers/types/index.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import {
  type ChangeStreamDouble,
  startChangeStreamDouble,
} from "../../support/change-stream-double.ts";
import { type MongoServer, mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { type RecordedCall, recordingServices } from "../../support/recording-services.ts";
import { until } from "../../support/until.ts";

/** Nothing that has to come within the test comes by looking from time to time. */
const NEVER_MS = 86_400_000;

const slow = {
  id: "slow",
  name: "Slow",
  steps: [
    {
      id: "call",
      type: "service",
      config: { service: "http", url: "https://example.com/", method: "POST" },
    },
  ],
};

/** An engine on a store of its own, as in a process of its own. Its services never answer. */
class Process implements AsyncDisposable {
  readonly engine: RunningEngine;
  readonly calls: RecordedCall[] = [];
  /** What was committed here. */
  readonly events: ExecutionEvent["type"][] = [];
  isLive = false;
  readonly #stack = new AsyncDisposableStack();

  private constructor(store: Awaited<ReturnType<typeof openMongoStore>>) {
    this.#stack.use(store);
    const cron = createCron();
    this.engine = createEngine({
      store,
      clock: systemClock,
      logger: { info() {}, debug() {}, warn() {}, error() {} },
      directory: {
        person: async () => null,
        groupMembers: async () => null,
        channelMembers: async () => null,
      },
      model: {
        complete: () =>
          Promise.reject(new AppError({ code: "model_unavailable", message: "No model." })),
      },
      services: recordingServices(this.calls, () => new Promise(() => undefined)),
      stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
      triggerTypes: createTriggerTypes({ cron }),
      cron,
      revealSecrets: (params) => params,
      observe: (events) => this.events.push(...events.map(({ type }) => type)),
      pollMs: NEVER_MS,
      onWatchState: (isLive) => {
        this.isLive = isLive;
      },
    });
    this.#stack.defer(() => this.engine.stop());
  }

  static async start(uri: string): Promise<Process> {
    const process = new Process(await openMongoStore(uri));
    await process.engine.run();
    await until(async () => process.isLive || undefined);
    return process;
  }

  /** Starts a run whose step never ends. */
  async begin(): Promise<string> {
    const { executionId } = await this.engine.executions.start({
      workflowId: "slow",
      variables: {},
      variableForm: "json",
      trigger: { type: "api" },
    });
    await until(async () => this.calls[0]);
    return executionId;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

describe.skipIf(mongoMissing !== null)("told by a change stream, without looking", () => {
  let server: MongoServer;
  let double: ChangeStreamDouble;

  beforeAll(async () => {
    server = await startMongoServer();
    double = await startChangeStreamDouble(server.uri());
  });
  afterAll(async () => {
    await double?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  async function two(): Promise<readonly [Process, Process]> {
    const uri = double.uri(new URL(server.uri()).pathname.slice(1));
    const first = await Process.start(uri);
    await first.engine.workflows.deploy(slow, { by: "test" });
    return [first, await Process.start(uri)];
  }

  test("a process stops what another one is asked to cancel", async () => {
    const [first, second] = await two();
    await using _ = first;
    await using __ = second;
    const id = await first.begin();

    await second.engine.executions.cancel(id, "api");

    await until(async () => first.events.includes("execution_cancel_requested") || undefined);
  });

  test("a process holds what another one pauses, and knows the versions that it deploys", async () => {
    const [first, second] = await two();
    await using _ = first;
    await using __ = second;

    await second.engine.workflows.pause("slow", "api");
    await until(async () => first.engine.workflows.pauseOf("slow") ?? undefined);
    await second.engine.workflows.deploy(
      { ...slow, id: "chosen", trigger: { type: "shortcut" } },
      { by: "test" },
    );
    await until(async () => {
      const offered = await first.engine.triggers.listShortcuts();
      return offered.includes("chosen") ? true : undefined;
    });
    await second.engine.workflows.resume("slow", "api");
    await until(async () => (first.engine.workflows.pauseOf("slow") === null ? true : undefined));
  });

  test("a process takes over at once what another one leaves", async () => {
    const [first, second] = await two();
    await using __ = second;
    const id = await first.begin();

    await first[Symbol.asyncDispose]();

    const call = await until(async () => second.calls[0]);
    expect(call).toMatchObject({ name: "http.request", key: `${id}/call#1` });
  });

  test("what was missed while the stream was broken is found when it is open again", async () => {
    const [first, second] = await two();
    await using _ = first;
    await using __ = second;
    double.refuse(189);
    double.fail(286);
    await until(async () => (first.isLive ? undefined : true));
    await second.engine.workflows.pause(null, "api");
    double.refuse(null);

    // The look that follows the break may find it, too, if it comes late.
    await until(async () => first.isLive || undefined);
    await until(async () => first.engine.workflows.pauseOf(null) ?? undefined);
  });
});
