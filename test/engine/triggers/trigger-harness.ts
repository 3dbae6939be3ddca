import { createCron } from "../../../src/adapters/node-cron.ts";
import { createSecretRevealer } from "../../../src/adapters/secrets.ts";
import { createEngine, type RunningEngine } from "../../../src/engine/engine.ts";
import type { Clock } from "../../../src/engine/ports/clock.ts";
import type { Logger } from "../../../src/engine/ports/logger.ts";
import type { Service } from "../../../src/engine/ports/service.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { createStepTypes } from "../../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../../src/engine/triggers/types/index.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

interface TriggerHarnessOptions {
  readonly now?: number;
  readonly services?: readonly Service[];
  /** @default one in memory */
  readonly store?: Store;
  /** How often a process polls the store; rarely where a test lets hours pass. @default 1000 */
  readonly pollMs?: number;
  /** Secrets of the operator by name. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Processes with the real engine over one store in memory and one clock that the test moves. */
export class TriggerHarness implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly warnings: string[] = [];
  readonly #services: ReadonlyMap<string, Service>;
  readonly #pollMs: number;
  readonly #secrets: Readonly<Record<string, string>>;
  readonly #engines: RunningEngine[] = [];

  private constructor(store: Store, options: TriggerHarnessOptions) {
    const { now, services = [], pollMs = 1000, secrets = {} } = options;
    this.store = store;
    this.clock = new ManualClock(now);
    this.#services = new Map(services.map((service) => [service.name, service]));
    this.#pollMs = pollMs;
    this.#secrets = secrets;
  }

  static async open(options: TriggerHarnessOptions = {}): Promise<TriggerHarness> {
    const store = options.store ?? (await openSqliteStore({ path: ":memory:" }));
    return new TriggerHarness(store, options);
  }

  /** Starts a process; `store` may stand between it and the real one. @param aheadMs - by how much its clock is ahead. */
  async start(store: Store = this.store, aheadMs = 0): Promise<RunningEngine> {
    const cron = createCron();
    const warn = (_fields: object, text: string): unknown => this.warnings.push(text);
    const logger: Logger = { info() {}, debug() {}, warn, error: warn };
    const engine = createEngine({
      store,
      clock: aheadOf(this.clock, aheadMs),
      logger,
      directory: {
        person: async (id) => ({
          id,
          name: id,
          isAdmin: true,
          isGuest: false,
          isStranger: false,
          isBot: false,
        }),
        groupMembers: async () => null,
        channelMembers: async () => null,
      },
      conversations: {
        means: async (name, channel) => name === channel,
        readMessage: async (channel, ts) => ({
          channel,
          ts,
          threadTs: ts,
          text: "",
          messageUser: null,
        }),
      },
      model: {
        complete: () =>
          Promise.reject(new AppError({ code: "model_unavailable", message: "No model." })),
      },
      services: {
        get: (name) => this.#services.get(name),
        names: () => [...this.#services.keys()],
      },
      stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
      triggerTypes: createTriggerTypes({ cron }),
      cron,
      revealSecrets: createSecretRevealer(this.#secrets),
      hideSecrets: (text) => text,
      pollMs: this.#pollMs,
    });
    this.#engines.push(engine);
    await engine.run();
    await settle();
    return engine;
  }

  /** Deploys a workflow of one step that gives its variables. */
  async deploy(
    engine: RunningEngine,
    id: string,
    trigger: JsonObject,
    rest: JsonObject = {},
  ): Promise<void> {
    const steps = [{ id: "note", type: "transform", config: { expression: "variables" } }];
    const definition = { id, name: id, trigger, steps, ...rest };
    const result = await engine.workflows.deploy(definition, { by: "test" });
    if (!result.deployed) throw new Error(JSON.stringify(result.problems));
    await settle();
  }

  /** The variables of all runs of a workflow, the oldest first. */
  async runs(engine: RunningEngine, workflowId: string): Promise<readonly JsonObject[]> {
    const { executions } = await engine.executions.list({ workflowId, limit: 200 });
    const views = executions.map(({ executionId }) => engine.executions.get(executionId));
    return (await Promise.all(views)).toReversed().map(({ variables }) => variables);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const engine of this.#engines) await engine.stop();
    await this.store[Symbol.asyncDispose]();
  }
}

/** The clock of another machine: time passes there alike, but its hands stand differently. */
function aheadOf(clock: Clock, ms: number): Clock {
  return {
    now: () => clock.now() + ms,
    elapsed: () => clock.elapsed(),
    after: (delayMs, run) => clock.after(delayMs, run),
  };
}
