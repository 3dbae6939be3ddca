import { pino } from "pino";
import { expect } from "vitest";
import { createCredentials } from "../../src/adapters/credentials.ts";
import { createCron } from "../../src/adapters/node-cron.ts";
import type { ExecutionView } from "../../src/engine/api/executions.ts";
import { createEngine, type EngineOptions, type RunningEngine } from "../../src/engine/engine.ts";
import { isFinished } from "../../src/engine/model/state.ts";
import type { CredentialTester, GivenCredential } from "../../src/engine/ports/credentials.ts";
import type { ModelClient, ModelRequest } from "../../src/engine/ports/model.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../src/engine/triggers/types/index.ts";
import { AppError } from "../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../src/shared/json.ts";
import { KnownSecrets } from "../../src/shared/known-secrets.ts";
import { omitUndefined } from "../../src/shared/omit-undefined.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { ManualClock, settle } from "./manual-clock.ts";
import { type RecordedCall, recordingServices, type ServiceScript } from "./recording-services.ts";

export interface WorkflowHarnessOptions {
  /** What the model answers, in turn or to each request; an error is thrown. */
  readonly answers?: readonly (Json | AppError)[] | ((request: ModelRequest) => Json | AppError);
  /** What answers in place of the script. */
  readonly model?: ModelClient;
  readonly services?: ServiceScript;
  /** Instead of services that only record. */
  readonly registry?: EngineOptions["services"];
  readonly fileLimits?: EngineOptions["fileLimits"];
  readonly observe?: EngineOptions["observe"];
  /** When the clock begins, in milliseconds since 1970. @default a Monday in the past, at nine */
  readonly now?: number;
  /** Credentials of the environment, by name. @default none */
  readonly credentials?: Readonly<Record<string, GivenCredential>>;
  /** @default no credential can be tested */
  readonly testCredential?: CredentialTester;
  /** How often the worker polls, in milliseconds. @default a day: timers alone wake it, since days pass in these tests */
  readonly pollMs?: number;
  /** Labelled samples, by `workflow/step`. */
  readonly samples?: Readonly<Record<string, string>>;
  /** Who deploys the workflow. @default "test" */
  readonly deployer?: string;
  /** To whom the API's token belongs. */
  readonly tokenOwner?: string;
  /** Groups that Slack does not know. */
  readonly unknownGroups?: readonly string[];
  /** Named prompts that are there before the workflow is deployed. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** Members of channels, by name. @default there are no channels */
  readonly channels?: Readonly<Record<string, readonly string[]>>;
  /** @default the engine's */
  readonly draftBudgetUsd?: number;
  /** How long runs are kept whose workflow says nothing. @default for ever */
  readonly retentionMs?: number;
  /** Ids of people who are admins. @default everybody: what a test is not about is not refused */
  readonly admins?: readonly string[];
  /** People who are no members of the workspace; may change meanwhile. @default nobody */
  readonly strangers?: ReadonlySet<string>;
  /** @default one in memory */
  readonly store?: Store;
}

const GROUP = ["U0BOB", "U0CAROL"];

/** The real engine with a store in memory, a clock that the test moves, a scripted model and services that only record. */
export class WorkflowHarness implements AsyncDisposable {
  readonly #create: () => RunningEngine;
  #engine: RunningEngine;
  readonly store: Store;
  readonly clock: ManualClock;
  /** The calls of services. */
  readonly calls: readonly RecordedCall[];
  /** The requests to the model. */
  readonly questions: readonly ModelRequest[];

  private constructor(store: Store, options: WorkflowHarnessOptions) {
    const clock = new ManualClock(options.now);
    const calls: RecordedCall[] = [];
    const questions: ModelRequest[] = [];
    this.store = store;
    this.clock = clock;
    this.calls = calls;
    this.questions = questions;
    this.#create = () =>
      createEngine({
        store,
        clock,
        logger: pino({ level: "silent" }),
        directory: {
          person: async (id) => ({
            id,
            name: id,
            isAdmin: options.admins === undefined,
            isGuest: false,
            isStranger: options.strangers?.has(id) ?? false,
            isBot: false,
          }),
          groupMembers: async (group) => (options.unknownGroups?.includes(group) ? null : GROUP),
          channelMembers: async (channel) => options.channels?.[channel] ?? null,
        },
        admins: options.admins ?? [],
        services: options.registry ?? recordingServices(calls, options.services ?? (() => ({}))),
        model: options.model ?? scriptedModel(options.answers ?? [], questions),
        stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
        triggerTypes: createTriggerTypes({ cron: createCron() }),
        cron: createCron(),
        ...omitUndefined({
          observe: options.observe,
          tokenOwner: options.tokenOwner,
          fileLimits: options.fileLimits,
          draftBudgetUsd: options.draftBudgetUsd,
          retentionMs: options.retentionMs,
        }),
        credentials: createCredentials({
          ...{ store, clock, secrets: new KnownSecrets() },
          given: options.credentials ?? {},
        }),
        ...omitUndefined({ testCredential: options.testCredential }),
        revealSecrets: (params) => params,
        hideSecrets: (text) => text,
        sampleFiles: {
          read: async (workflowId, stepId) => {
            const text = options.samples?.[`${workflowId}/${stepId}`];
            return text === undefined ? null : { text, place: `${workflowId}/${stepId}.jsonl` };
          },
        },
        pollMs: options.pollMs ?? 86_400_000,
      });
    this.#engine = this.#create();
  }

  get engine(): RunningEngine {
    return this.#engine;
  }

  /** Another process on the same store, which does not run yet. */
  another(): RunningEngine {
    return this.#create();
  }

  /** Ends the engine; another one begins on the same store. @param meanwhile - what happens to the store in between. */
  async restart(meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
    await this.#engine.stop();
    await meanwhile();
    this.#engine = this.#create();
    await this.#engine.run();
  }

  static async open(
    definition: unknown,
    options: WorkflowHarnessOptions = {},
  ): Promise<WorkflowHarness> {
    const store = options.store ?? (await openSqliteStore({ path: ":memory:" }));
    const harness = new WorkflowHarness(store, options);
    for (const [name, text] of Object.entries(options.prompts ?? {}))
      await harness.engine.prompts.add({ name, text, by: "file:test" });
    const deployed = await harness.engine.workflows.deploy(definition, {
      by: options.deployer ?? "test",
    });
    expect(deployed).toMatchObject({ deployed: true, warnings: [] });
    await harness.engine.run();
    return harness;
  }

  /** Starts as Alice. @returns the run where it ends or waits for people. */
  async start(workflowId: string, variables: JsonObject): Promise<ExecutionView> {
    const { executionId } = await this.engine.executions.start({
      workflowId,
      variables,
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE" },
    });
    return this.rest(executionId);
  }

  /** Decides the open request of a run as a person. */
  async decide(executionId: string, by: string, choice: string): Promise<ExecutionView> {
    const { requests } = await this.engine.executions.get(executionId);
    const open = requests.find((request) => request.outcome === null)?.opened;
    if (!open) throw new Error(`${executionId} has no open request.`);
    const { id: requestId, round, hash } = open;
    const answer = await this.engine.approvals.vote({
      executionId,
      requestId,
      round,
      hash,
      choice,
      by,
    });
    expect(answer).toMatchObject({ recorded: true });
    return this.rest(executionId);
  }

  /** Lets time pass, for requests that expire. */
  async advance(executionId: string, ms: number): Promise<ExecutionView> {
    await this.clock.advance(ms);
    return this.rest(executionId);
  }

  /** Waits, and lets time pass for attempts that are to be repeated, until the run ends or only people can continue it. */
  async rest(executionId: string): Promise<ExecutionView> {
    for (let turn = 0; turn < 300; turn += 1) {
      await settle();
      const view = await this.engine.executions.get(executionId);
      if (isFinished(view.status)) return view;
      const waits = new Set(view.waitingOn.map((wait) => wait.for));
      const isAsking = [...waits].every((wait) => wait === "approval" || wait === "budget");
      if (view.status === "waiting" && isAsking) return view;
      if (waits.has("retry")) await this.clock.advance(1000);
    }
    throw new Error(`${executionId} does not come to rest.`);
  }

  /** Ids of the steps that were entered, those of branches too. */
  async entered(executionId: string): Promise<readonly string[]> {
    const log = await this.store.log.read(executionId, 0);
    const paths = log.flatMap(({ events }) =>
      events.flatMap((event) => ("path" in event ? [event.path] : [])),
    );
    const segments = paths.flatMap((path) => path.split("/"));
    return [...new Set(segments.flatMap((segment) => /^(.+)#\d+$/.exec(segment)?.[1] ?? []))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.stop();
    await this.store[Symbol.asyncDispose]();
  }
}

function scriptedModel(
  answers: NonNullable<WorkflowHarnessOptions["answers"]>,
  questions: ModelRequest[],
): ModelClient {
  const left = typeof answers === "function" ? [] : [...answers];
  return {
    complete: async (request) => {
      questions.push(request);
      const answer = typeof answers === "function" ? answers(request) : left.shift();
      if (answer === undefined)
        throw new AppError({ code: "model_rejected", message: "The script has no more answers." });
      if (answer instanceof AppError) throw answer;
      return {
        text: typeof answer === "string" ? answer : JSON.stringify(answer),
        finishReason: "stop",
        usage: { promptTokens: 200, completionTokens: 20 },
        model: request.model,
        latencyMs: 5,
        raw: {},
      };
    },
  };
}
