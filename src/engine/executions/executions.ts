import { randomBytes, randomUUID } from "node:crypto";
import { AppError, isAppError } from "../../shared/errors.ts";
import { type FileValue, findFileValues } from "../../shared/file-value.ts";
import type { JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type {
  ExecutionPage,
  ExecutionQuery,
  ExecutionSummary,
  ExecutionView,
  StartRequest,
  StartResult,
} from "../api/executions.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { resolveInputs } from "../definition/inputs.ts";
import type { Problem } from "../definition/problem.ts";
import type { Definition } from "../definition/schema.ts";
import { problemsWithWritten } from "../definition/written-names.ts";
import { labelsOf, toLabelValue } from "../execution/decider/run-labels.ts";
import { toExecutionSummary, toExecutionView } from "../execution/projections/execution-view.ts";
import { initialState } from "../execution/reducer/apply.ts";
import type { ParentStep } from "../model/children.ts";
import type { ExecutionStarted, ReportTarget, Trigger } from "../model/events.ts";
import { EXECUTION_ID_PREFIX, newExecutionId } from "../model/execution-id.ts";
import { isFinished } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import { UPLOADS } from "../ports/files.ts";
import type { Logger } from "../ports/logger.ts";
import type { Removal } from "../ports/removals.ts";
import type { Store } from "../ports/store.ts";
import { sentFrom } from "../ports/surface.ts";
import type { PromptLibrary } from "../prompts/prompt-library.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Files } from "../runtime/files.ts";
import type { LoadedExecution, Worker } from "../runtime/worker.ts";
import { showActor } from "../workflows/archived.ts";
import type { Workflows } from "../workflows/workflows.ts";
import type { AnswerablePeople } from "./answerable-people.ts";
import { givenInputs, type InputExistence } from "./input-existence.ts";
import { assertSearchable, listByInputs } from "./list-by-inputs.ts";

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;
/** Entries of an index that are read for one page: some milliseconds. */
const MAX_LOOKED = 5000;

/** A start whose variables are those of the version. */
export interface CheckedStart extends Omit<StartRequest, "variableForm" | "executionId"> {
  readonly executionId: string;
  readonly version: number;
  /** Where it reports if its definition says nothing. */
  readonly fallbackReport?: ReportTarget;
  readonly parent?: ParentStep;
  readonly capNano?: number;
}

export interface ExecutionsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly workflows: Workflows;
  readonly people: AnswerablePeople;
  readonly prompts: PromptLibrary;
  readonly worker: Worker;
  readonly files: Pick<Files, "admit">;
  readonly existence: Pick<InputExistence, "problems">;
  readonly logger: Logger;
  /** `committed` is emitted for each execution that was accepted. */
  readonly events: EngineEvents;
}

/** Starts, finds, shows and cancels executions. The contract of each method stands in {@link Engine}. */
export class Executions {
  readonly #options: ExecutionsOptions;

  constructor(options: ExecutionsOptions) {
    this.#options = options;
  }

  async start(request: StartRequest): Promise<StartResult> {
    const { version, compiled } = await this.#options.workflows.inUse(request.workflowId);
    const { variables, variableForm, ...rest } = request;
    const outside = isFromOutside(request.trigger) ? problemsWithWritten(compiled, variables) : [];
    const { definition } = compiled;
    const checked = this.check(definition, variables, variableForm, outside);
    const given = givenInputs(definition.inputs ?? {}, request.trigger);
    const missing = await this.#options.existence.problems(given, checked);
    if (missing.length > 0) throw unfitInputs(definition, missing);
    const executionId = rest.executionId ?? newExecutionId();
    const start = { ...rest, executionId, version, variables: checked };
    const unusable = problemsWithFiles(definition, checked, await this.#admitFiles(start));
    if (unusable.length > 0) throw unfitInputs(definition, unusable);
    return this.#insert(compiled, start);
  }

  /**
   * Starts a version with variables that were checked before.
   *
   * @throws {AppError} `version_not_found`.
   */
  async begin(request: CheckedStart): Promise<StartResult> {
    const { workflowId, version } = request;
    const compiled = await this.#options.workflows.compiled(workflowId, version);
    await this.#admitFiles(request);
    return this.#insert(compiled, request);
  }

  /** @param found - problems that are known already. @returns the variables with defaults filled in. @throws {AppError} `input_invalid` with every problem in `details.problems`. */
  check(
    definition: Definition,
    given: JsonObject,
    form: StartRequest["variableForm"],
    found: readonly Problem[] = [],
  ): JsonObject {
    const { variables, problems: misfits } = resolveInputs(definition, given, form);
    const problems = [
      ...misfits,
      ...found.filter(({ path }) => !misfits.some((misfit) => misfit.path === path)),
    ];
    if (problems.length === 0) return variables;
    throw unfitInputs(definition, problems);
  }

  /** @returns the files among the variables that the execution may not use. */
  #admitFiles({ executionId, variables, files, trigger, parent }: CheckedStart) {
    const from = [parent?.executionId, trigger.source, isByApi(trigger) ? UPLOADS : undefined];
    return this.#options.files.admit({
      executionId,
      values: variables,
      from: from.filter((holder) => holder !== undefined),
      ...omitUndefined({ brought: files }),
    });
  }

  async #insert(compiled: CompiledWorkflow, request: CheckedStart): Promise<StartResult> {
    const { store, clock, people, prompts, worker, events, logger } = this.#options;
    const answerable = await people.ofStart(request, request.answerable);
    const moment = { process: worker.id, at: clock.now() };
    const first = startEvent({ ...request, answerable }, compiled.definition, moment);
    const { executionId } = first;
    const assigned = await prompts.assign(compiled.promptRefs, executionId);
    const asked = Object.keys(assigned).length > 0 ? { ...first, prompts: assigned } : first;
    const start = withLabels(compiled, asked, logger);
    const workflow = await prompts.attach(compiled, start);
    const state = initialState(start, compiled.first);
    const record = worker.initialRecord(state);
    try {
      if (!(await store.executions.insert(record))) return { executionId, existed: true };
    } catch (error) {
      worker.reconcileLeases();
      throw notStarted(error);
    }
    events.emit("committed", { executionId, events: [start] });
    worker.runInserted(record, workflow, state);
    return { executionId, existed: false };
  }

  async resolveId(id: string): Promise<string> {
    const wanted = id.trim().replace(/^#/, "").toLowerCase();
    const prefix = wanted.startsWith(EXECUTION_ID_PREFIX)
      ? wanted
      : `${EXECUTION_ID_PREFIX}${wanted}`;
    if (prefix === EXECUTION_ID_PREFIX) throw executionNotFound(id);
    const found = await this.#options.store.executions.findIds(prefix, 6);
    const [first] = found;
    if (first === undefined) throw await this.#missing(prefix, id);
    if (found.length === 1 || found.includes(prefix))
      return found.includes(prefix) ? prefix : first;
    const some = `${found.slice(0, 5).join(", ")}${found.length > 5 ? ", …" : ""}`;
    throw new AppError({
      code: "execution_ambiguous",
      message: `"${id}" fits several runs: ${some}. Give more of the id.`,
    });
  }

  /** The durable state. To be read at once, not kept: it may be the worker's own. @throws {AppError} `execution_not_found`. */
  async read(executionId: string): Promise<LoadedExecution> {
    const { store, workflows, worker } = this.#options;
    const live = worker.liveState(executionId);
    if (live) {
      const { start, version } = live;
      const workflow = await workflows.compiled(start.workflowId, version);
      const still = worker.liveState(executionId);
      if (still?.version === version) return { state: still, workflow };
    }
    const record = await store.executions.get(executionId);
    if (!record) throw await this.#missing(executionId);
    return worker.read(record);
  }

  /** Folded anew, so that the state is the caller's own. @throws {AppError} `execution_not_found`. */
  async load(executionId: string): Promise<LoadedExecution> {
    const { store, worker } = this.#options;
    const record = await store.executions.get(executionId);
    if (!record) throw await this.#missing(executionId);
    return worker.read(record);
  }

  /** That there is none, or that it was removed: when, by whom and why. @param typed - how it was asked for. */
  async #missing(id: string, typed = id): Promise<AppError> {
    const { removals } = this.#options.store;
    const [known, ...others] = await removals.findIds(id, 2);
    const removal = known === undefined ? null : await removals.get(known);
    const isMeant = known === id || others.length === 0;
    return removal && isMeant ? wasRemoved(removal) : executionNotFound(typed);
  }

  async get(executionId: string): Promise<ExecutionView> {
    const { workflow, state } = await this.read(executionId);
    const view = toExecutionView(workflow, state);
    this.keep(state);
    return view;
  }

  /** Keeps a state that `read` gave and nothing changed, so that the next read is faster. */
  keep(state: LoadedExecution["state"]): void {
    this.#options.worker.keep(state);
  }

  async list(query: ExecutionQuery): Promise<ExecutionPage> {
    const limit = Math.min(Math.max(query.limit ?? DEFAULT_PAGE, 1), MAX_PAGE);
    const { labels: wanted, inputs, isBounded, cursor, ...rest } = query;
    const labels =
      wanted &&
      Object.fromEntries(
        Object.entries(wanted).map(([name, value]) => [name, toLabelValue(value)] as const),
      );
    const { store, workflows } = this.#options;
    const asked = {
      ...rest,
      ...omitUndefined({ labels, maxLooked: isBounded && MAX_LOOKED }),
    };
    if (inputs !== undefined) {
      assertSearchable((await workflows.active(query.workflowId ?? "")).compiled, inputs);
      const found = await listByInputs({
        ...{ wanted: inputs, limit, ...omitUndefined({ cursor }) },
        list: (page) => store.executions.list({ ...asked, ...page }),
        compiled: ({ workflowId, version }) => workflows.compiled(workflowId, version),
      });
      return { executions: found.records.map(toExecutionSummary), nextCursor: found.nextCursor };
    }
    const page = await store.executions.list({ ...asked, ...omitUndefined({ cursor }), limit });
    return { executions: page.records.map(toExecutionSummary), nextCursor: page.nextCursor };
  }

  async listEnded(startedBy: string, limit: number): Promise<readonly ExecutionSummary[]> {
    const records = await this.#options.store.executions.listEnded(
      startedBy,
      Math.min(Math.max(limit, 1), MAX_PAGE),
    );
    return records.map(toExecutionSummary);
  }

  /** @param key - asking again with the same one does nothing. @default each request is one of its own */
  async cancel(executionId: string, by: string, key: string = randomUUID()): Promise<void> {
    const { store, clock, worker } = this.#options;
    const { state } = await this.read(executionId);
    const id = `cancel:${executionId}:${key}`;
    if (state.seen.has(id)) return;
    if (isFinished(state.status)) {
      throw new AppError({
        code: "execution_finished",
        message: `Run ${executionId} is over (${state.status}); there is nothing to cancel.`,
      });
    }
    await store.signals.insert({
      id,
      executionId,
      kind: "cancel",
      payload: { by, ...sentFrom(by) },
      at: clock.now(),
    });
    worker.wake(executionId);
  }
}

function unfitInputs({ id }: Definition, problems: readonly Problem[]): AppError {
  const list = problems.map(({ path, message, fix }) =>
    `${path === "" ? "" : `${path}: `}${message}. ${fix}`.trim(),
  );
  return new AppError({
    code: "input_invalid",
    message: `The inputs of "${id}" do not fit. ${list.join(" ")}`,
    details: { problems: problems.map(({ path, message, fix }) => ({ path, message, fix })) },
  });
}

function startEvent(
  request: CheckedStart,
  definition: Definition,
  moment: Pick<ExecutionStarted, "process" | "at">,
): ExecutionStarted {
  const { executionId, version, trigger, variables, parent, capNano, answerable = [] } = request;
  const report = request.report ?? reportOf(definition) ?? request.fallbackReport;
  return {
    type: "execution_started",
    executionId,
    workflowId: definition.id,
    workflowName: definition.name,
    version,
    trigger,
    variables,
    salt: randomBytes(9).toString("base64url"),
    ...omitUndefined({ report, parent, capNano }),
    ...(answerable.length > 0 && { answerable }),
    deadline: moment.at + definition.limits.timeout,
    ...moment,
  };
}

function withLabels(
  { definition, first }: CompiledWorkflow,
  start: ExecutionStarted,
  logger: Logger,
): ExecutionStarted {
  if (definition.labels === undefined) return start;
  const { labels, problems } = labelsOf(definition.labels, initialState(start, first));
  const { executionId } = start;
  // A label must not keep a run from starting.
  if (Object.keys(problems).length > 0)
    logger.warn({ executionId, problems }, "labels of a run cannot be computed");
  return Object.keys(labels).length === 0 ? start : { ...start, labels };
}

/**
 * Triggers with names of their own, and what other runs hand on, are written by the author of the workflow. The payload of an event
 * that a step publishes is not: it may be a whole value from outside.
 */
const OUTSIDE: ReadonlySet<string> = new Set(["slash", "manual", "api", "webhook", "event"]);

/** Whether a person, a program or a step of another workflow chose the names of the variables. */
function isFromOutside({ type, source, sourceStep }: Trigger): boolean {
  return OUTSIDE.has(type) && (source === undefined || sourceStep !== undefined);
}

/** Whether the holder of the API's token gave the variables. */
function isByApi({ type, source, userId }: Trigger): boolean {
  return type === "api" || (type === "manual" && !userId) || (type === "event" && !source);
}

/** The inputs that are to be files, and whose files the run may not use. */
function problemsWithFiles(
  { inputs = {} }: Definition,
  variables: JsonObject,
  unusable: readonly FileValue[],
): readonly Problem[] {
  const refs = new Set(unusable.map(({ ref }) => ref));
  const isUnusable = (name: string): boolean =>
    inputs[name]?.type === "file" &&
    findFileValues(variables[name] ?? null).some(({ ref }) => refs.has(ref));
  return Object.keys(inputs)
    .filter(isUnusable)
    .map((path) => ({
      path,
      message: "the file is not there, or was not given by you",
      fix: "Send the file itself, or upload it first and give what POST /api/files answers.",
    }));
}

function reportOf(definition: Definition): ReportTarget | null {
  const { report } = definition;
  return report && report.on !== "none" ? { channel: report.channel, on: report.on } : null;
}

/** Explains to the caller what the store's failure means for the start. */
function notStarted(error: unknown): unknown {
  if (!isAppError(error, "store_unavailable")) return error;
  const message = error.outcomeUnknown
    ? "It could not be confirmed that the run began: the store does not answer. Look at the list of runs before you start it again."
    : "Nothing was started: the store does not answer. Try again in a moment.";
  const { code, retryable, outcomeUnknown, details } = error;
  return new AppError({ code, message, retryable, outcomeUnknown, details, cause: error });
}

function wasRemoved({ executionId, at, by, reason }: Removal): AppError {
  const when = new Date(at).toISOString().slice(0, 10);
  const who = reason === "retention" ? "by retention" : `by ${showActor(by)}`;
  return new AppError({
    code: "execution_not_found",
    message: `Run ${executionId} was removed on ${when} ${who}, with all that was stored of it. Its cost is still counted, and the audit has what people did.`,
    details: { executionId, removedAt: new Date(at).toISOString(), removedBy: by, reason },
  });
}

function executionNotFound(id: string): AppError {
  return new AppError({
    code: "execution_not_found",
    message: `There is no run "${id}". The list of runs shows the newest ones.`,
  });
}
