import { randomBytes } from "node:crypto";
import type { JsonObject } from "../shared/json.ts";
import { createPriceBook, type PriceBook } from "./ai/pricing.ts";
import { type AiMethodsOptions, createAiMethods } from "./ai-methods.ts";
import type { Engine } from "./api/engine.ts";
import type { Budgets } from "./costs/budgets.ts";
import { costMethods, createCosts } from "./costs/cost-methods.ts";
import { type CompiledWorkflow, stepAt } from "./definition/compile.ts";
import { type Explanation, explain } from "./definition/explain.ts";
import { findExternalNames } from "./definition/find-external-names.ts";
import type { Definition } from "./definition/schema.ts";
import type { StepType } from "./definition/step-type.ts";
import type { TriggerType } from "./definition/trigger-type.ts";
import { StoredDrafts } from "./drafts/drafts.ts";
import { createGenerator, type Generator } from "./drafts/generator.ts";
import type { SampleFiles } from "./evaluation/evaluations.ts";
import { ChildExecutions } from "./executions/child-executions.ts";
import { compiler, connectControls } from "./executions/controls.ts";
import { Executions } from "./executions/executions.ts";
import { Pauses, pauseMethods } from "./executions/pauses.ts";
import type { ExecutionEvent } from "./model/events.ts";
import type { ExecutionState } from "./model/state.ts";
import type { Clock } from "./ports/clock.ts";
import type { Cron } from "./ports/cron.ts";
import type { Directory } from "./ports/directory.ts";
import type { Logger } from "./ports/logger.ts";
import type { ModelClient } from "./ports/model.ts";
import type { NameChecks } from "./ports/name-checks.ts";
import type { ServiceRegistry } from "./ports/service.ts";
import type { Store } from "./ports/store.ts";
import { PromptLibrary } from "./prompts/prompt-library.ts";
import { ConcurrencyLimiter } from "./runtime/concurrency.ts";
import { Heartbeat } from "./runtime/heartbeat.ts";
import { StoreCheck } from "./runtime/store-health.ts";
import { longestPollMs, StoreWatcher } from "./runtime/store-watcher.ts";
import { Worker } from "./runtime/worker.ts";
import type { WorkerOptions } from "./runtime/worker-options.ts";
import { triggerMethods } from "./triggers/trigger-methods.ts";
import { Triggers } from "./triggers/triggers.ts";
import { Deployments } from "./workflows/deployments.ts";
import { warnOfNames } from "./workflows/external-name-warnings.ts";
import { fromTemplate, listTemplates } from "./workflows/templates.ts";
import { Workflows } from "./workflows/workflows.ts";

/** Open requests that are looked at to find those that somebody may decide. */
const MAX_LOOKED_AT = 500;

export interface EngineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly directory: Directory;
  readonly model: ModelClient;
  /** The model that writes workflows. @default "gpt-4o-mini" */
  readonly defaultModel?: string;
  /** Defaults to the prices of the package. */
  readonly prices?: PriceBook;
  readonly services: ServiceRegistry;
  readonly stepTypes: ReadonlyMap<string, StepType>;
  readonly triggerTypes: ReadonlyMap<string, TriggerType>;
  /** Reads the times of schedules. */
  readonly cron: Cron;
  /** Who is asked at deployment whether what a definition names exists outside. @default nobody */
  readonly nameChecks?: NameChecks;
  /** Replaces `{{secrets.NAME}}` in the parameters of a service call. */
  readonly revealSecrets: (params: JsonObject) => JsonObject;
  /** Blots out the values of secrets in what a model is shown. @default there are none */
  readonly hideSecrets?: (text: string) => string;
  /** Labelled samples of the decisions of shipped workflows. @default there are none */
  readonly sampleFiles?: SampleFiles;
  /** How many decisions an evaluation asks at a time. @default 4 */
  readonly evaluations?: { readonly concurrency: number };
  /** Told of each commit of this process, for figures about it. */
  readonly observe?: (
    events: readonly ExecutionEvent[],
    state: ExecutionState,
    typeOf: (path: string) => string,
  ) => void;
  /** How often the store is looked at for what other processes left, in milliseconds, while changes do not ring. */
  readonly pollMs: number;
  /** How long attempts under way may take to end when the engine stops, in milliseconds. @default 0 */
  readonly stopGraceMs?: number;
  /** Told whether changes by other processes ring from now on: a change stream is open. */
  readonly onWatchState?: (isLive: boolean) => void;
  /**
   * Told what the operator has to do when a newer version of the bot has brought the data into another form: this process has to end
   * before it writes the old one. @default nobody is told
   */
  readonly onOutdated?: (remedy: string) => void;
  /** For people: where this process runs. @default the worker's id */
  readonly processName?: string;
}

/** An engine with its lifetime, and what only the composition root needs. */
export interface RunningEngine extends Engine {
  /** Begins to execute, first what an earlier life of the process left. Until then, what is started is kept and waits. */
  run(): Promise<void>;
  /** Hands everything back; nothing is lost. */
  stop(): Promise<void>;
  /**
   * Deploys a file of the workflows folder, but only if it differs from what this file deployed last. What people made in Slack or
   * by the API stays active: the file is then stored as a version and kept back.
   *
   * @throws {AppError} what `deploy` throws.
   */
  deployFile: Deployments["deployFile"];
  /** Calls `listener` when another process died: what it was about to show is left to the others. @returns a function that ends it. */
  onProcessDied(listener: () => void): () => void;
  /** Looks once for due work; for tests with a clock of their own. */
  tick(): Promise<void>;
}

/** Puts the engine together. It does nothing until `run`. */
export function createEngine(options: EngineOptions): RunningEngine {
  const { store, clock } = options;
  const changes = new Set<(executionId: string) => void>();
  const parts = connect(options, (executionId) => {
    for (const tell of changes) tell(executionId);
  });
  const { workflows, deployments, worker, executions } = parts;
  const { retries, approvals, pauses } = parts;
  const { processes, onProcessDied } = watchProcesses(options, worker);
  const storeCheck = new StoreCheck({ store, clock });
  return {
    deployFile: (file, source) => deployments.deployFile(file, source),
    ...workflowMethods(workflows, deployments),
    listTemplates,
    fromTemplate: (templateId, overrides) => fromTemplate(templateId, overrides, clock.now()),
    ...generationMethods(options, workflows, deployments, parts.budgets),
    ...executionMethods(executions),
    ...aiMethods(options, parts),
    assertWritable: () => storeCheck.assertWritable(),
    retry: (request) => retries.retry(request),
    migrate: (request) => parts.migrations.migrate(request),
    retryAll: async (request) => {
      await workflows.active(request.workflowId);
      return retries.retryAll(request);
    },
    ...costMethods(workflows, parts.metrics, parts.budgets, store, clock),
    onBudgetWarning: (listener) => join(parts.budgetListeners, listener),
    decide: (decision) => approvals.decide(decision),
    listDecisions: async (userId) =>
      approvals.decidableBy(userId, await executions.listOpenRequests(MAX_LOOKED_AT)),
    onCommitted: (listener) => join(changes, listener),
    onProcessDied,
    ...pauseMethods(pauses, (workflowId) => workflows.active(workflowId)),
    ...triggerMethods(parts.triggering),
    ...lifetime(parts, processes),
  };
}

/** Notices when another process dies. */
function watchProcesses(
  options: EngineOptions,
  { id }: Worker,
): { readonly processes: Heartbeat; readonly onProcessDied: RunningEngine["onProcessDied"] } {
  const listeners = new Set<() => void>();
  const died = (): void => {
    for (const tell of listeners) tell();
  };
  const { processName: name = id, onOutdated: outdated = () => undefined } = options;
  return {
    processes: new Heartbeat({ ...options, id, name, died, outdated }),
    onProcessDied: (listener) => join(listeners, listener),
  };
}

/** What is deployed. @param changed - told when other versions are active. */
function connectLibrary(options: EngineOptions, changed: () => Promise<void>) {
  const { store, clock } = options;
  const library = new PromptLibrary(store);
  const workflows = new Workflows({ ...options, prompts: library, changed });
  const deployments = new Deployments({
    store,
    clock,
    workflows,
    prompts: library,
    warnOf: (definition) =>
      warnOfNames(findExternalNames(definition, options), {
        ...options,
        checks: options.nameChecks ?? {},
      }),
  });
  return { library, workflows, deployments };
}

/** Makes the parts and tells each of those that it calls. @param announce - told of each durable change of an execution. */
function connect(options: EngineOptions, announce: (executionId: string) => void) {
  const { store, clock } = options;
  const wake = (executionId: string): void => worker.wake(executionId);
  const deployed = connectLibrary(options, () => triggering.changed());
  const { library, workflows } = deployed;
  const triggering = new Triggers({
    ...options,
    compiled: (workflowId, version) => workflows.compiled(workflowId, version),
    start: (request) => executions.start(request),
    wake,
    process: () => worker.id,
  });
  const costs = createCosts(options, workflows);
  const children = new ChildExecutions({
    store,
    clock,
    workflows,
    executions: () => executions,
    wake,
  });
  const slots = new ConcurrencyLimiter({ store, clock, wake });
  const compiled = compiler(library, workflows);
  const worker = new Worker({
    ...options,
    hideSecrets: hiderOf(options),
    lookAheadMs: longestPollMs(options.pollMs),
    compiled,
    onCommitted: (executionId, events, after) => {
      if (after) options.observe?.(events, after.state, typeIn(after.workflow));
      controls.approvals.committed(events);
      announce(executionId);
    },
    refusal: ({ start }) =>
      costs.budgets.refusal({ workflowId: start.workflowId, person: start.trigger.userId }),
    prepareChild: (parent, request) => children.prepare(parent, request),
    gate: async (workflow, state, now) =>
      pauses.factsFor(state, now) ?? (await slots.factsFor(workflow, state, now)),
    deliver: (state, entry) => children.deliver(state, entry),
    ends: allOf([children, triggering.ends, slots]),
  });
  const pauses = new Pauses({
    ...options,
    changed: () => worker.wakeAll(),
    released: () => worker.tick(),
  });
  const executions = new Executions({
    store,
    clock,
    workflows,
    prompts: library,
    worker,
    started: announce,
  });
  const controls = connectControls(options, executions, workflows, compiled, wake);
  const lookout = new StoreWatcher({
    ...options,
    looks: {
      executions: () => worker.tick(),
      pauses: () => pauses.look(),
      workflows: () => triggering.look(),
    },
  });
  return { ...deployed, triggering, worker, executions, ...controls, pauses, ...costs, lookout };
}

/** The type of the step at a path. */
function typeIn(workflow: CompiledWorkflow): (path: string) => string {
  return (path) => stepAt(workflow, path).definition.type;
}

function workflowMethods(
  workflows: Workflows,
  deployments: Deployments,
): Pick<
  Engine,
  | "deploy"
  | "validate"
  | "listWorkflows"
  | "getWorkflow"
  | "listVersions"
  | "diffVersions"
  | "activate"
  | "rollBack"
> {
  return {
    deploy: (definition, by) => deployments.deploy(definition, by),
    validate: (definition) => workflows.validate(definition),
    listWorkflows: () => workflows.list(),
    getWorkflow: (workflowId, version) => workflows.get(workflowId, version),
    listVersions: (workflowId) => workflows.versions(workflowId),
    diffVersions: (workflowId, from, to) => workflows.diff(workflowId, from, to),
    activate: (workflowId, version, by) => workflows.activate(workflowId, version, by),
    rollBack: (workflowId, by) => workflows.rollBack(workflowId, by),
  };
}

/** Several that are told of ends, as one. */
function allOf(tellers: readonly WorkerOptions["ends"][]): WorkerOptions["ends"] {
  return {
    isWanted: (state) => tellers.some((teller) => teller.isWanted(state)),
    tell: async (state) => {
      for (const teller of tellers) await teller.tell(state);
    },
  };
}

function executionMethods(
  executions: Executions,
): Pick<
  Engine,
  "start" | "resolveExecutionId" | "getExecution" | "listExecutions" | "listOpenRequests" | "cancel"
> {
  return {
    start: (request) => executions.start(request),
    resolveExecutionId: (id) => executions.resolveId(id),
    getExecution: (executionId) => executions.get(executionId),
    listExecutions: (query) => executions.list(query),
    listOpenRequests: (limit) => executions.listOpenRequests(limit),
    cancel: (executionId, by) => executions.cancel(executionId, by),
  };
}

/** Adds a member. @returns a function that takes it out again. */
function join<Member>(members: Set<Member>, member: Member): () => void {
  members.add(member);
  return () => members.delete(member);
}

/** Labelled samples in no folder. */
const NO_FILES: SampleFiles = { read: async () => null };

function aiMethods(
  options: EngineOptions,
  parts: Pick<AiMethodsOptions, "library" | "workflows" | "executions">,
) {
  const { library, workflows, executions } = parts;
  return createAiMethods({
    ...options,
    defaultModel: options.defaultModel ?? "gpt-4o-mini",
    hideSecrets: hiderOf(options),
    sampleFiles: options.sampleFiles ?? NO_FILES,
    concurrency: options.evaluations?.concurrency ?? 4,
    library,
    workflows,
    executions,
  });
}

function hiderOf({ hideSecrets = (text) => text }: EngineOptions): (text: string) => string {
  return hideSecrets;
}

/** What people describe becomes a definition, and a draft where they look at it first. */
function generationMethods(
  options: EngineOptions,
  workflows: Workflows,
  deployments: Deployments,
  budgets: Budgets,
): Pick<Engine, "generate" | "explain" | "drafts"> {
  const { store, clock, services, defaultModel = "gpt-4o-mini" } = options;
  const writer = createGenerator({
    ...options,
    hideSecrets: hiderOf(options),
    modelName: defaultModel,
    prices: options.prices ?? createPriceBook(),
    now: () => clock.now(),
  });
  const generator: Generator = {
    generate: async (request) => {
      const refusal = await budgets.refusal({ person: request.by });
      if (refusal) throw refusal;
      return writer.generate(request);
    },
  };
  const explainHere = (definition: Definition): Explanation => explain(definition, services);
  return {
    generate: (description) =>
      generator.generate({ id: `gen_${randomBytes(8).toString("hex")}`, description }),
    explain: explainHere,
    drafts: new StoredDrafts({
      store,
      clock,
      generator,
      validate: (source) => workflows.validate(source),
      explain: explainHere,
      deploy: (source, by) => deployments.deploy(source, by),
      get: (workflowId) => workflows.get(workflowId),
    }),
  };
}

function lifetime(
  { library, triggering, worker, pauses, lookout }: ReturnType<typeof connect>,
  processes: Heartbeat,
): Pick<RunningEngine, "run" | "stop" | "tick"> {
  return {
    run: async () => {
      await library.refresh();
      await triggering.prepare();
      await processes.start();
      await pauses.start();
      await worker.start();
      await triggering.start();
      lookout.start();
    },
    stop: async () => {
      await lookout.stop();
      await triggering.stop();
      await pauses.stop();
      await worker.stop();
      await processes.stop();
    },
    tick: () => worker.tick(),
  };
}
