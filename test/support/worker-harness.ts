import { z } from "zod";
import type { CompiledWorkflow } from "../../src/engine/definition/compile.ts";
import { initialState } from "../../src/engine/execution/reducer/apply.ts";
import type { ExecutionEvent } from "../../src/engine/model/events.ts";
import type { ExecutionState } from "../../src/engine/model/state.ts";
import type { ServiceContext, ServiceRegistry } from "../../src/engine/ports/service.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { EngineEvents } from "../../src/engine/runtime/engine-events.ts";
import { Files } from "../../src/engine/runtime/files.ts";
import { Poller } from "../../src/engine/runtime/store-watcher.ts";
import { Worker } from "../../src/engine/runtime/worker.ts";
import { AppError } from "../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../src/shared/json.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { ManualClock, settle } from "./manual-clock.ts";

const POLL_MS = 250;

/** What an attempt of a scripted step does in a test. */
export type Script = (params: JsonObject, context: ServiceContext) => Promise<Json>;

/** Workers over one in-memory store and one clock that the test moves. */
export class WorkerHarness implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly store: Store;
  readonly events: ExecutionEvent[] = [];
  /** Messages that were logged as errors. */
  readonly errors: string[] = [];
  readonly #workflow: CompiledWorkflow;
  readonly #workers: Worker[] = [];
  readonly #services: ServiceRegistry;

  private constructor(store: Store, workflow: CompiledWorkflow, script: Script) {
    this.store = store;
    this.#workflow = workflow;
    this.#services = scriptRegistry(script);
  }

  static async open(
    workflow: CompiledWorkflow,
    script: Script = async () => "done",
  ): Promise<WorkerHarness> {
    return new WorkerHarness(await openSqliteStore({ path: ":memory:" }), workflow, script);
  }

  /** Starts one more worker; `store` may stand between it and the real one. */
  async worker(store: Store = this.store, stopGraceMs = 0): Promise<Worker> {
    const engineEvents = new EngineEvents();
    engineEvents.on("committed", ({ events }) => this.events.push(...events));
    const logger = {
      info() {},
      warn() {},
      error: (_details: object, message: string) => void this.errors.push(message),
      debug() {},
    };
    const worker = new Worker({
      store,
      files: new Files({ store, clock: this.clock, logger }),
      stopGraceMs,
      clock: this.clock,
      services: this.#services,
      model: {
        complete: () =>
          Promise.reject(new AppError({ code: "model_unavailable", message: "No model here." })),
      },
      revealSecrets: (params) => params,
      hideSecrets: (text) => text,
      logger,
      workflows: { compiledFor: async () => this.#workflow },
      planAheadMs: POLL_MS,
      events: engineEvents,
    });
    const poller = new Poller({
      clock: this.clock,
      intervalMs: () => POLL_MS,
      poll: () => worker.tick(),
    });
    this.#workers.push(worker);
    await worker.start({
      children: {
        prepare: () => Promise.reject(new Error("No workflow but this one.")),
        deliver: async () => undefined,
      },
      admission: [],
      completion: [],
    });
    poller.start();
    return worker;
  }

  /** Starts an execution on a worker, as the engine does. */
  async start(worker: Worker, executionId = "exec_1", variables: JsonObject = {}): Promise<void> {
    const state = initialState(
      {
        type: "execution_started",
        executionId,
        workflowId: this.#workflow.definition.id,
        workflowName: this.#workflow.definition.name,
        version: 1,
        trigger: { type: "api" },
        variables,
        deadline: this.clock.now() + this.#workflow.definition.limits.timeout,
        at: this.clock.now(),
      },
      this.#workflow.first,
    );
    const record = worker.initialRecord(state);
    await this.store.executions.insert(record);
    worker.runInserted(record, this.#workflow, state);
    await settle();
  }

  /** The state that the log folds to. */
  async state(executionId = "exec_1"): Promise<ExecutionState> {
    const record = await this.store.executions.get(executionId);
    const worker = this.#workers.at(-1);
    if (!record || !worker) throw new Error(`There is no execution ${executionId}.`);
    return (await worker.read(record)).state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) await worker.stop();
    await this.store[Symbol.asyncDispose]();
  }
}

function scriptRegistry(script: Script): ServiceRegistry {
  const run = {
    summary: "Does what the test says.",
    params: z.object({}),
    sideEffect: true,
    onUnknown: "repeat",
    execute: script,
  } as const;
  const service = { name: "script", defaultAction: "run", actions: { run } };
  return { get: (name) => (name === "script" ? service : undefined), names: () => ["script"] };
}
