import { createHash, randomBytes, randomUUID } from "node:crypto";
import { AppError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Engine, OpenRequest, StartRequest, StartResult } from "./api.ts";
import { Approvals } from "./approvals.ts";
import type { CompiledWorkflow } from "./definition/compile.ts";
import { resolveInputs } from "./definition/inputs.ts";
import type { Definition } from "./definition/schema.ts";
import { initialState } from "./execution/apply.ts";
import type { ExecutionEvent, ExecutionStarted, ReportTarget } from "./execution/events.ts";
import { type ExecutionState, isFinished } from "./execution/state.ts";
import type { Clock } from "./ports/clock.ts";
import type { Directory } from "./ports/directory.ts";
import type { Logger } from "./ports/logger.ts";
import type { ModelClient } from "./ports/model.ts";
import type { ServiceRegistry } from "./ports/service.ts";
import type { Head, Store } from "./ports/store.ts";
import type { StepType } from "./steps/step-type.ts";
import type { TriggerType } from "./triggers/trigger-type.ts";
import { toExecutionSummary, toExecutionView } from "./view.ts";
import { Worker } from "./worker.ts";
import { Workflows } from "./workflows.ts";

export interface EngineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly directory: Directory;
  readonly model: ModelClient;
  readonly services: ServiceRegistry;
  readonly stepTypes: ReadonlyMap<string, StepType>;
  readonly triggerTypes: ReadonlyMap<string, TriggerType>;
  /** Replaces `{{secrets.NAME}}` in the parameters of a service call. */
  readonly revealSecrets: (params: JsonObject) => JsonObject;
  /** How often the store is looked at for what other processes left, in milliseconds. */
  readonly pollMs: number;
}

/** An engine with its lifetime, and what only the composition root needs. */
export interface RunningEngine extends Engine {
  /** Begins to execute: first what an earlier life of the process left. */
  start(request: StartRequest): Promise<StartResult>;
  /** Begins to execute. Until then, what is started is kept and waits. */
  run(): Promise<void>;
  /** Hands everything back; nothing is lost. */
  stop(): Promise<void>;
  /** Deploys a file of the workflows folder if it changed since it was last deployed. */
  deployFile: Workflows["deployFile"];
  /** Looks once for due work; for tests with a clock of their own. */
  tick(): Promise<void>;
}

const EXECUTION_ID_PREFIX = "exec_";
const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

/** Puts the engine together. It does nothing until `run`. */
export function createEngine(options: EngineOptions): RunningEngine {
  const { store, clock } = options;
  const listeners = new Set<(executionId: string) => void>();
  const workflows = new Workflows(options);
  const worker = new Worker({
    ...options,
    compiled: (workflowId, version) => workflows.compiled(workflowId, version),
    onCommitted: (executionId, events) => announce(executionId, events),
  });
  const read = async (executionId: string): Promise<Folded> => {
    const live = worker.peek(executionId);
    if (live) {
      const { workflowId, version } = live.start;
      return { state: live, workflow: await workflows.compiled(workflowId, version) };
    }
    const head = await store.readHead(executionId);
    if (!head) throw executionNotFound(executionId);
    return worker.read(head);
  };
  const approvals = new Approvals({
    store,
    clock,
    directory: options.directory,
    read: async (executionId) => (await read(executionId)).state,
    wake: (executionId) => worker.wake(executionId),
  });
  const announce = (executionId: string, events: readonly ExecutionEvent[]): void => {
    approvals.committed(events);
    for (const listener of listeners) listener(executionId);
  };

  return {
    deploy: (definition, by) => workflows.deploy(definition, by),
    deployFile: (file, source) => workflows.deployFile(file, source),
    validate: (definition) => workflows.validate(definition),
    listWorkflows: () => workflows.list(),
    getWorkflow: (workflowId, version) => workflows.get(workflowId, version),
    activate: (workflowId, version) => workflows.activate(workflowId, version),

    start: async (request) => {
      const { version, compiled } = await workflows.active(request.workflowId);
      const started = startEvent(request, compiled.definition, version, clock.now());
      const state = initialState(started, compiled.first);
      const head = worker.firstHead(state);
      if (!(await store.insertHead(head)))
        return { executionId: started.executionId, existed: true };
      announce(started.executionId, []);
      worker.adopt(head, compiled, state);
      return { executionId: started.executionId, existed: false };
    },

    resolveExecutionId: (id) => resolveExecutionId(store, id),
    getExecution: async (executionId) => {
      const { workflow, state } = await read(executionId);
      return toExecutionView(workflow, state);
    },
    listExecutions: async (query) => {
      const { limit = DEFAULT_PAGE, ...rest } = query;
      const page = await store.listHeads({
        ...rest,
        limit: Math.min(Math.max(limit, 1), MAX_PAGE),
      });
      return { executions: page.heads.map(toExecutionSummary), nextCursor: page.nextCursor };
    },
    listCalls: (executionId) => store.listCalls(executionId),
    cancel: async (executionId, by) => {
      const { state } = await read(executionId);
      if (isFinished(state.status)) {
        throw new AppError({
          code: "execution_finished",
          message: `Run ${executionId} is over (${state.status}); there is nothing to cancel.`,
        });
      }
      await store.insertSignal({
        id: `cancel:${executionId}:${randomUUID()}`,
        executionId,
        kind: "cancel",
        payload: { by },
        at: clock.now(),
      });
      worker.wake(executionId);
    },
    decide: (decision) => approvals.decide(decision),
    listOpenRequests: (limit) => listOpenRequests(store, read, limit),
    onCommitted: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    run: () => worker.start(),
    stop: () => worker.stop(),
    tick: () => worker.tick(),
  };
}

interface Folded {
  readonly workflow: CompiledWorkflow;
  readonly state: ExecutionState;
}

/** @throws {AppError} `input_invalid` with every problem in `details.problems`. */
function startEvent(
  request: StartRequest,
  definition: Definition,
  version: number,
  now: number,
): ExecutionStarted {
  const { variables, problems } = resolveInputs(
    definition,
    request.variables,
    request.variableForm,
  );
  if (problems.length > 0) {
    const list = problems.map(({ path, message, fix }) => `${path}: ${message} ${fix}`.trim());
    throw new AppError({
      code: "input_invalid",
      message: `The inputs of "${definition.id}" do not fit. ${list.join(" ")}`,
      details: { problems: problems.map(({ path, message, fix }) => ({ path, message, fix })) },
    });
  }
  const report = request.report ?? reportOf(definition);
  return {
    type: "execution_started",
    executionId: request.executionId ?? `${EXECUTION_ID_PREFIX}${randomBytes(8).toString("hex")}`,
    workflowId: definition.id,
    workflowName: definition.name,
    version,
    trigger: request.trigger,
    variables,
    ...(report && { report }),
    deadline: now + definition.limits.timeout,
    at: now,
  };
}

function reportOf(definition: Definition): ReportTarget | null {
  const { report } = definition;
  return report && report.on !== "none" ? { channel: report.channel, on: report.on } : null;
}

/**
 * The execution id that belongs to a key from outside: the same key gives the same id, so starting twice starts once.
 */
export function executionIdFor(workflowId: string, key: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([workflowId, key]))
    .digest("hex");
  return `${EXECUTION_ID_PREFIX}${hash.slice(0, 16)}`;
}

async function resolveExecutionId(store: Store, id: string): Promise<string> {
  const wanted = id.trim().replace(/^#/, "").toLowerCase();
  const prefix = wanted.startsWith(EXECUTION_ID_PREFIX)
    ? wanted
    : `${EXECUTION_ID_PREFIX}${wanted}`;
  const found = await store.findExecutionIds(prefix, 6);
  const [first] = found;
  if (first === undefined || wanted === "" || prefix === EXECUTION_ID_PREFIX)
    throw executionNotFound(id);
  if (found.length === 1 || found.includes(prefix)) return found.includes(prefix) ? prefix : first;
  throw new AppError({
    code: "execution_ambiguous",
    message: `"${id}" fits several runs: ${found.slice(0, 5).join(", ")}${found.length > 5 ? ", …" : ""}. Give more of the id.`,
  });
}

async function listOpenRequests(
  store: Store,
  read: (executionId: string) => Promise<Folded>,
  limit: number,
): Promise<readonly OpenRequest[]> {
  const open: OpenRequest[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.listHeads({
      status: "waiting",
      limit: MAX_PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    for (const head of page.heads) {
      if (head.openRequests.length > 0) open.push(...(await openRequestsOf(head, read)));
      if (open.length >= limit) return open.slice(0, limit);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return open;
}

async function openRequestsOf(
  head: Head,
  read: (executionId: string) => Promise<Folded>,
): Promise<OpenRequest[]> {
  const { workflow, state } = await read(head.executionId);
  return toExecutionView(workflow, state)
    .requests.filter((request) => request.outcome === null)
    .map((request) => ({ executionId: head.executionId, workflowId: head.workflowId, request }));
}

function executionNotFound(id: string): AppError {
  return new AppError({
    code: "execution_not_found",
    message: `There is no run "${id}". "runs" lists the newest ones.`,
  });
}
