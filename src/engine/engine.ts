import { AppError, asAppError } from "../shared/errors.ts";
import type { Json, JsonObject } from "../shared/json.ts";
import { toNano } from "../shared/money.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { mapTexts } from "../shared/secret-mask.ts";
import { Absences } from "./absences/absences.ts";
import { Access } from "./access/access.ts";
import { guardModel } from "./ai/guarded-model.ts";
import { createPriceBook } from "./ai/pricing.ts";
import type { Engine } from "./api/engine.ts";
import { AuditTrail } from "./audit/audit-trail.ts";
import { CostReports } from "./costs/costs.ts";
import { type CompiledWorkflow, stepAt } from "./definition/compile.ts";
import { explain } from "./definition/explain.ts";
import { findExternalNames } from "./definition/find-external-names.ts";
import type { Definition } from "./definition/schema.ts";
import type { StepType } from "./definition/step-type.ts";
import type { TriggerType } from "./definition/trigger-type.ts";
import { DraftLimits } from "./drafts/draft-limits.ts";
import { StoredDrafts } from "./drafts/drafts.ts";
import { assertDescription, createGenerator, type Generator } from "./drafts/generator.ts";
import { readIntent } from "./drafts/intent-reader.ts";
import { DecisionEvaluations } from "./evaluation/evaluations.ts";
import { AnswerablePeople } from "./executions/answerable-people.ts";
import { Approvals } from "./executions/approvals.ts";
import { ChildExecutions } from "./executions/child-executions.ts";
import { Descendants } from "./executions/descendants.ts";
import { Executions } from "./executions/executions.ts";
import { InputExistence } from "./executions/input-existence.ts";
import { Migrations } from "./executions/migrations.ts";
import { Pauses } from "./executions/pauses.ts";
import { Retries } from "./executions/retries.ts";
import { connectJobs } from "./gate/connect-jobs.ts";
import { explainAccess } from "./gate/explain-access.ts";
import { Gate } from "./gate/gate.ts";
import { guardApprovals } from "./gate/guarded-approvals.ts";
import { GuardedAudit } from "./gate/guarded-audit.ts";
import { GuardedCosts } from "./gate/guarded-costs.ts";
import { GuardedCredentials } from "./gate/guarded-credentials.ts";
import { GuardedData } from "./gate/guarded-data.ts";
import { guardEvaluations } from "./gate/guarded-evaluations.ts";
import { GuardedExecutions } from "./gate/guarded-executions.ts";
import { GuardedFiles } from "./gate/guarded-files.ts";
import { GuardedHealth } from "./gate/guarded-health.ts";
import { GuardedJobs } from "./gate/guarded-jobs.ts";
import { guardPrompts } from "./gate/guarded-prompts.ts";
import { GuardedSessions } from "./gate/guarded-sessions.ts";
import { GuardedSharing } from "./gate/guarded-sharing.ts";
import { GuardedStreams } from "./gate/guarded-streams.ts";
import { GuardedTokens } from "./gate/guarded-tokens.ts";
import { GuardedWorkflows } from "./gate/guarded-workflows.ts";
import { KeptAnswers } from "./gate/kept-answers.ts";
import type { ExecutionEvent } from "./model/events.ts";
import type { ReadonlyState } from "./model/state.ts";
import type { Clock } from "./ports/clock.ts";
import type { Conversations } from "./ports/conversations.ts";
import {
  type Credentials,
  type CredentialTester,
  missingCredential,
  NO_CREDENTIALS,
} from "./ports/credentials.ts";
import type { Cron } from "./ports/cron.ts";
import type { Directory } from "./ports/directory.ts";
import type { Logger } from "./ports/logger.ts";
import type { ModelClient, PriceOverride } from "./ports/model.ts";
import type { InputChecks, NameChecks, NamePins } from "./ports/name-checks.ts";
import type { SampleFiles } from "./ports/prompts.ts";
import type { ServiceRegistry } from "./ports/service.ts";
import type { Store } from "./ports/store.ts";
import { PromptLibrary } from "./prompts/prompt-library.ts";
import { StoredPrompts } from "./prompts/prompts.ts";
import { ConcurrencyLimiter } from "./runtime/concurrency.ts";
import { EngineEvents } from "./runtime/engine-events.ts";
import { type FileLimits, Files } from "./runtime/files.ts";
import { Heartbeat } from "./runtime/heartbeat.ts";
import { LineCheck } from "./runtime/line-check.ts";
import { RunWatch } from "./runtime/run-watch.ts";
import { longestPollMs, StoreWatcher } from "./runtime/store-watcher.ts";
import { Worker } from "./runtime/worker.ts";
import { createStepTypes } from "./steps/index.ts";
import { withEventService } from "./triggers/event-service.ts";
import { Triggers, type TriggersOptions } from "./triggers/triggers.ts";
import { createTriggerTypes } from "./triggers/types/index.ts";
import { checkCredentialOf } from "./workflows/credential-warnings.ts";
import { Deployments } from "./workflows/deployments.ts";
import { findPins, warnOfNames } from "./workflows/external-name-warnings.ts";
import { listServices } from "./workflows/list-services.ts";
import { fromTemplate, listTemplates } from "./workflows/templates.ts";
import { listTriggers, TriggerSwitches } from "./workflows/trigger-switches.ts";
import { Workflows } from "./workflows/workflows.ts";

export { createPriceBook } from "./ai/pricing.ts";

const DEFAULT_MODEL = "gpt-4o-mini";
const DRAFT_BUDGET_USD = 10;
/** Times of schedules that a draft is shown with. */
const NEXT_STARTS = 5;
/** Decisions that an evaluation asks at a time, unless the options say otherwise. */
const EVALUATION_CONCURRENCY = 4;

export interface EngineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly directory: Directory;
  /** User ids that are admins whatever their role in the workspace. @default none */
  readonly admins?: readonly string[];
  readonly model: ModelClient;
  /** The model that writes workflows. @default "gpt-4o-mini" */
  readonly defaultModel?: string;
  /** Dollars that one person's drafts, and the reading of their messages, may cost in a month, unless an admin set that person a budget. @default 10 */
  readonly draftBudgetUsd?: number;
  /** Prices that replace or add to those of the package, by model. */
  readonly prices?: Readonly<Record<string, PriceOverride>>;
  readonly services: ServiceRegistry;
  /** @default the built-in ones */
  readonly stepTypes?: ReadonlyMap<string, StepType>;
  /** @default the built-in ones */
  readonly triggerTypes?: ReadonlyMap<string, TriggerType>;
  /** Reads the times of schedules. */
  readonly cron: Cron;
  /** What triggers look up in the workspace. @default a workspace without channels */
  readonly conversations?: Conversations;
  /** Checks at deployment whether what a definition names exists outside. @default nothing is checked */
  readonly nameChecks?: NameChecks;
  /** Checks whether the channels and people exist that values of inputs name. @default nothing is checked */
  readonly inputChecks?: InputChecks;
  /** Finds at deployment what names stand for. @default names stay names */
  readonly namePins?: NamePins;
  /** The credentials that services use. @default none are known */
  readonly credentials?: Credentials;
  /** Tests a credential at an address. @default it cannot be tested */
  readonly testCredential?: CredentialTester;
  /** Replaces `{{secrets.NAME}}` in the parameters of a service call. */
  readonly revealSecrets: (params: JsonObject) => JsonObject;
  /** Masks the values of secrets in what a model is shown and in what services and models answer. @default there are none */
  readonly hideSecrets?: (text: string) => string;
  /** The same in a value, where a secret may be split over several texts. @default each text by itself */
  readonly maskSecrets?: (value: Json) => Json;
  /** Labelled samples of the decisions of shipped workflows. @default there are none */
  readonly sampleFiles?: SampleFiles;
  /** How many decisions an evaluation asks a model for at a time. @default 4 */
  readonly evaluations?: { readonly concurrency: number };
  /** Called after each commit of this process, for metrics. */
  readonly observe?: (
    events: readonly ExecutionEvent[],
    state: ReadonlyState,
    typeOf: (path: string) => string,
  ) => void;
  /** Milliseconds after their end that runs are kept whose workflow says nothing of it. @default for ever */
  readonly retentionMs?: number;
  /** How large files may be, and how long they are kept. @default 10 MB each, 1 GB in all, 30 days */
  readonly fileLimits?: Partial<FileLimits>;
  /** How often the store is polled for work of other processes, in milliseconds, while no change stream reports it. */
  readonly pollMs: number;
  /** How long attempts may still run when the engine stops, in milliseconds; then they are aborted. @default 0 */
  readonly stopGraceMs?: number;
  /** Called when a change stream that reports changes by other processes opens (`true`) or ends (`false`). */
  readonly onWatchState?: (isLive: boolean) => void;
  /**
   * Called with what the operator has to do when a newer version of the bot has brought the data into another form: this process has
   * to end before it writes the old one. @default it is not reported
   */
  readonly onOutdated?: (remedy: string) => void;
  /**
   * Slack user id of the person to whom the API's token belongs: they answer for what programs start, retry and migrate, so they may
   * not decide in it. @default it is not known
   */
  readonly tokenOwner?: string;
  /** Requests that one token of the API may send each second in the long run. @default 20 */
  readonly tokenRatePerSecond?: number;
  /** For people: where this process runs. @default the worker's id */
  readonly processName?: string;
}

/** An engine that can be started and stopped, for the process that owns it. */
export interface RunningEngine extends Engine {
  /** Starts to execute, first what an earlier process left. Before that, executions can be started: they are stored and wait. */
  run(): Promise<void>;
  /** Stops all work and releases every lease. Nothing is lost: what was aborted is executed again. */
  stop(): Promise<void>;
  /** Calls `listener` when another process died, so that work it left is taken over. @returns a function that removes the listener. */
  onProcessDied(listener: () => void): () => void;
  /** Polls once for due work, for tests with a clock of their own. */
  tick(): Promise<void>;
}

/** Options with every default filled in. */
type Settings = ReturnType<typeof withDefaults>;

/**
 * Puts the engine together: each part gets the parts above it, and hears of those below it through `EngineEvents`. It does nothing
 * until `run`.
 */
export function createEngine(options: EngineOptions): RunningEngine {
  const services = withEventService(options.services, {
    publish: (event) => triggers.publishFrom(event),
  });
  const settings = withDefaults({ ...options, services });
  const { store, clock, access, draftBudgetUsd = DRAFT_BUDGET_USD } = settings;
  const events = new EngineEvents();
  const definitions = connectDefinitions(settings, events);
  const trail = new AuditTrail(settings);
  const gate = new Gate({ access, workflows: definitions.workflows, trail });
  const parts = { ...definitions, ...connectExecutions(settings, events, definitions, gate) };
  const { prompts, workflows, approvals, triggers, guarded } = parts;
  publishBudgetWarnings(settings, parts);
  const changes = new GuardedWorkflows(gate, { ...parts, trail });
  const limits = new DraftLimits({ store, clock, monthlyNano: toNano(draftBudgetUsd) });
  const namesIn = (definition: Definition) => findExternalNames(definition, settings);
  return {
    access: {
      admins: access.admins,
      caller: (userId) => access.caller(userId),
      isAdmin: (by) => access.isAdmin(by),
      explain: (workflowId, userId, reader) =>
        explainAccess(gate, { workflows, namesIn }, workflowId, userId, reader),
    },
    workflows: workflowsOf(settings, parts, changes),
    executions: guarded,
    streams: streamsOf(settings, parts, events),
    approvals: guardApprovals(approvals, guarded, trail),
    audit: new GuardedAudit(gate, { store, clock, approvals }),
    triggers,
    sharing: new GuardedSharing(gate, settings),
    files: new GuardedFiles(parts.files, guarded),
    absences: parts.absences,
    data: new GuardedData(gate, { ...parts, ...parts.jobs }),
    jobs: new GuardedJobs(gate, { ...parts, ...parts.jobs }),
    credentials: new GuardedCredentials(gate, { ...settings, workflows, namesIn }),
    tokens: new GuardedTokens(gate, settings),
    sessions: new GuardedSessions(gate, settings),
    repeats: new KeptAnswers(settings),
    prompts: guardPrompts(gate, promptsOf(settings, parts), trail),
    drafts: draftsOf(settings, parts, changes, limits),
    conversation: conversationOf(settings, parts, limits),
    costs: new GuardedCosts(gate, { ...parts, trail }),
    evaluations: guardEvaluations(
      gate,
      new DecisionEvaluations({ ...settings, ...parts, library: prompts }),
      guarded,
    ),
    health: new GuardedHealth(gate, settings),
    onProcessDied: (listener) => events.on("processDied", listener),
    ...lifetimeOf(settings, parts, events),
  };
}

function withDefaults(options: EngineOptions) {
  const { cron, directory, admins = [], tokenOwner, defaultModel = DEFAULT_MODEL } = options;
  const prices = createPriceBook(options.prices);
  return {
    ...options,
    ...hidersOf(options),
    ...credentialsOf(options),
    access: new Access({ directory, admins, ...omitUndefined({ tokenOwner }) }),
    defaultModel,
    prices,
    stepTypes: options.stepTypes ?? createStepTypes({ defaultModel, prices }),
    triggerTypes: options.triggerTypes ?? createTriggerTypes({ cron }),
    conversations: options.conversations ?? NO_CONVERSATIONS,
    nameChecks: options.nameChecks ?? {},
    inputChecks: options.inputChecks ?? {},
    namePins: options.namePins ?? {},
    sampleFiles: options.sampleFiles ?? NO_FILES,
    concurrency: options.evaluations?.concurrency ?? EVALUATION_CONCURRENCY,
  };
}

function credentialsOf({ credentials, testCredential }: EngineOptions) {
  const untested: CredentialTester = (name) => Promise.reject(missingCredential(name));
  return {
    credentials: credentials ?? NO_CREDENTIALS,
    testCredential: testCredential ?? untested,
  };
}

function hidersOf({ model, hideSecrets: hide, maskSecrets: mask }: EngineOptions) {
  const hideSecrets = hide ?? ((text: string) => text);
  const maskSecrets = mask ?? ((value: Json) => mapTexts(value, hideSecrets));
  return { hideSecrets, maskSecrets, model: guardModel(model, hideSecrets, maskSecrets) };
}

const NO_FILES: SampleFiles = { read: async () => null };

const NO_CONVERSATIONS: Conversations = {
  means: async () => false,
  readMessage: () => {
    const message = "No messages can be read here.";
    return Promise.reject(new AppError({ code: "slack_unavailable", message }));
  },
};

/** What is deployed, and what it may cost. */
function connectDefinitions(settings: Settings, events: EngineEvents) {
  const { store, clock, logger, nameChecks, namePins, credentials } = settings;
  const prompts = new PromptLibrary(store);
  const workflows = new Workflows({ ...settings, prompts, events });
  const deployments = new Deployments({
    store,
    clock,
    workflows,
    prompts,
    pinsOf: (definition) =>
      findPins(findExternalNames(definition, settings), { logger, clock, pins: namePins }),
    warnOf: (definition) =>
      warnOfNames(findExternalNames(definition, settings), {
        ...{ logger, clock },
        checks: { credential: checkCredentialOf(definition.id, credentials), ...nameChecks },
      }),
  });
  const costs = new CostReports({ store, clock, logger, workflows });
  return { prompts, workflows, deployments, costs };
}

type DefinitionParts = ReturnType<typeof connectDefinitions>;

/** What runs executions, starts them, and lets people act on them. */
function connectExecutions(
  settings: Settings,
  events: EngineEvents,
  { prompts, workflows, costs }: DefinitionParts,
  gate: Gate,
) {
  const { store, clock, logger, pollMs, observe } = settings;
  const { budgets } = costs;
  const planAheadMs = longestPollMs(pollMs);
  const files = new Files({ ...settings, limits: settings.fileLimits ?? {} });
  const worker = new Worker({ ...settings, events, workflows, budgets, files, planAheadMs });
  const people = new AnswerablePeople({ ...settings, workflows });
  const existence = new InputExistence(settings);
  const descendants = new Descendants(store);
  const shared = { store, clock, workflows, people, files, existence, events, descendants };
  const executions = new Executions({ ...shared, logger, prompts, worker });
  const children = new ChildExecutions({ ...shared, executions });
  const limiter = new ConcurrencyLimiter({ store, clock, events });
  const pauses = new Pauses({ ...settings, worker });
  const switches = new TriggerSwitches({ ...settings, events });
  const approvals = new Approvals({ ...settings, executions, existence, events });
  const retries = new Retries({ ...shared, executions, access: settings.access });
  const migrations = new Migrations({ ...shared, executions });
  const guarded = new GuardedExecutions(gate, { executions, retries, migrations, pauses, events });
  const triggers = new Triggers({
    ...settings,
    ...shared,
    executions: guarded,
    switches,
    permitReplay: permitReplay(gate, workflows),
    readExecution: (executionId) => executions.read(executionId),
    process: worker.id,
  });
  const absences = new Absences({ ...settings, executions, triggers, process: worker.id });
  events.on("wake", ({ executionId }) => worker.wake(executionId));
  events.on("workflowActivated", () => triggers.refresh());
  events.on("triggersSwitched", () => triggers.refresh());
  events.on("committed", ({ events: committed, after }) => {
    if (after) observe?.(committed, after.state, typeIn(after.workflow));
  });
  return {
    worker,
    executions,
    children,
    limiter,
    pauses,
    switches,
    approvals,
    guarded,
    triggers,
    files,
    absences,
    jobs: connectJobs({
      ...settings,
      ...{ workflows, executions, pauses, guarded },
      ...{ trail: gate.trail, process: worker.id },
    }),
  };
}

/** A warning that cannot be published is no reason to warn people again. */
function publishBudgetWarnings({ clock, logger }: Settings, { costs, triggers }: Parts): void {
  costs.onBudgetWarning(async (warning) => {
    const month = new Date(clock.now()).toISOString().slice(0, 7);
    await triggers.warnOfBudget(warning, month).catch((error: unknown) => {
      logger.warn({ error: asAppError(error).message }, "a budget warning was not published");
    });
    return false;
  });
}

/** Who may deploy a workflow may have it started by an event once more. */
function permitReplay(gate: Gate, workflows: Workflows): TriggersOptions["permitReplay"] {
  return async (workflowId, by) => {
    await workflows.get(workflowId);
    await gate.permit(by, "deploy", workflowId, { what: `replay an event to "${workflowId}"` });
  };
}

type Parts = DefinitionParts & ReturnType<typeof connectExecutions>;

/** The type of the step at a path. */
function typeIn(workflow: CompiledWorkflow): (path: string) => string {
  return (path) => stepAt(workflow, path).definition.type;
}

function workflowsOf(
  { clock, services }: Settings,
  { workflows, pauses, switches, prompts }: Parts,
  changes: GuardedWorkflows,
): Engine["workflows"] {
  return {
    deploy: (definition, options) => changes.deploy(definition, options),
    deployFile: (file, source) => changes.deployFile(file, source),
    validate: (definition) => workflows.validate(definition),
    list: (options) => workflows.list(options),
    runnableBy: (userId) => changes.runnableBy(userId),
    deployableBy: (userId) => changes.deployableBy(userId),
    listServices: () => listServices(services),
    get: (workflowId, version) => workflows.get(workflowId, version),
    versions: (workflowId) => workflows.versions(workflowId),
    diff: (workflowId, from, to) => workflows.diff(workflowId, from, to),
    activate: (workflowId, version, by) => changes.activate(workflowId, version, by),
    rollBack: (workflowId, by) => changes.rollBack(workflowId, by),
    listTemplates,
    fromTemplate: (templateId, overrides) => fromTemplate(templateId, overrides, clock.now()),
    explain: (definition) => explain(definition, services, prompts),
    pause: (workflowId, by) => changes.pause(workflowId, by),
    resume: (workflowId, by) => changes.resume(workflowId, by),
    archive: (workflowId, by, options) => changes.archive(workflowId, by, options),
    unarchive: (workflowId, by) => changes.unarchive(workflowId, by),
    pauseTrigger: (workflowId, triggerId, by) => changes.pauseTrigger(workflowId, triggerId, by),
    resumeTrigger: (workflowId, triggerId, by) => changes.resumeTrigger(workflowId, triggerId, by),
    triggersOf: async (workflowId) =>
      listTriggers((await workflows.get(workflowId)).definition, switches),
    pausedTriggers: (workflowId) => switches.pausesOf(workflowId),
    pauseOf: (workflowId) => (workflowId === null ? pauses.everything : pauses.of(workflowId)),
  };
}

function streamsOf(settings: Settings, parts: Parts, events: EngineEvents): GuardedStreams {
  const { worker, guarded: executions } = parts;
  const watch = new RunWatch({ ...settings, events, process: worker.id });
  return new GuardedStreams({ ...settings, events, executions, watch });
}

function promptsOf({ store, clock }: Settings, { prompts, workflows }: Parts): StoredPrompts {
  return new StoredPrompts({
    store,
    clock,
    library: prompts,
    problemsWith: (name, text) => workflows.problemsWithPrompt(name, text),
  });
}

/** What people describe becomes a definition, and a draft where they review it first. */
function draftsOf(
  settings: Settings,
  { workflows, costs, prompts, triggers }: Parts,
  changes: GuardedWorkflows,
  limits: DraftLimits,
): StoredDrafts {
  const { store, clock, services, defaultModel } = settings;
  const generator = createGenerator({
    ...settings,
    modelName: defaultModel,
    now: () => clock.now(),
  });
  const generate: Generator["generate"] = async (request) => {
    const refusal = await costs.budgets.refusal({ person: request.by });
    if (refusal) throw refusal;
    assertDescription(request);
    await limits.take(request.by);
    return generator.generate(request);
  };
  return new StoredDrafts({
    store,
    clock,
    generator: { generate },
    validate: (source) => workflows.validate(source),
    explain: (definition) => explain(definition, services, prompts),
    nextStarts: (definition) => triggers.upcomingOf(definition, NEXT_STARTS),
    diff: async ({ workflowId, version }, to) =>
      workflows.diffOf((await workflows.get(workflowId, version)).definition, to),
    deploy: (source, by) => changes.deploy(source, by),
    get: (workflowId) => workflows.get(workflowId),
  });
}

/** Reads what people write, within the budgets and the limits. */
function conversationOf(
  settings: Settings,
  { costs }: Parts,
  limits: DraftLimits,
): Engine["conversation"] {
  const { clock, defaultModel } = settings;
  const options = { ...settings, modelName: defaultModel, now: () => clock.now() };
  return {
    classify: async (request) => {
      const refusal =
        (await costs.budgets.refusal({ person: request.by })) ??
        (await limits.refuseReading(request.by));
      if (refusal !== null) return { intent: null, unread: refusal.message };
      return readIntent(request, options);
    },
  };
}

/** Starts and stops the parts in order, and those with them that notice the work and the death of other processes. */
function lifetimeOf(
  settings: Settings,
  parts: Parts,
  events: EngineEvents,
): Pick<RunningEngine, "run" | "stop" | "tick"> {
  const { prompts, worker, children, limiter, pauses, switches } = parts;
  const { triggers, files, absences, jobs } = parts;
  const { credentials } = settings;
  const { id } = worker;
  const { processName: name = id } = settings;
  const onBeat = (): Promise<void> => absences.keepPresence();
  const heartbeat = new Heartbeat({ ...settings, id, name, events, onBeat });
  const polls = {
    executions: () => worker.tick(),
    pauses: async () => {
      await Promise.all([pauses.poll(), switches.poll()]);
    },
    workflows: () => triggers.poll(),
  };
  const watcher = new StoreWatcher({ ...settings, polls });
  const lines = new LineCheck({ ...settings, events, process: id });
  return {
    run: async () => {
      // Reading them hides their secrets from the first line of the log on.
      await credentials.list();
      await prompts.refresh();
      await switches.poll();
      await triggers.prepare();
      // Before a run continues: what was missed shows in the runs as they were left.
      await absences.prepare();
      await heartbeat.start();
      await pauses.start();
      await worker.start({
        children,
        admission: [pauses, limiter],
        completion: [children, triggers.completions, limiter],
        announcer: triggers.approvals,
      });
      await triggers.start();
      files.start();
      jobs.start();
      watcher.start();
      lines.start();
      absences.start();
    },
    stop: async () => {
      await watcher.stop();
      await lines.stop();
      await files.stop();
      await jobs.stop();
      await triggers.stop();
      await pauses.stop();
      await worker.stop();
      await heartbeat.stop();
      // At last: it may wait for Slack, and what others can take over has been given back by now.
      await absences.stop();
    },
    tick: () => worker.tick(),
  };
}
