import type { IncomingFile } from "../../shared/file-value.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { Answerable } from "../model/answerable.ts";
import type { ReportTarget, StepError, TokenUsage, Trigger } from "../model/events.ts";
import type { RequestNote, RequestOpened } from "../model/requests.ts";
import type {
  ExecutionStatus,
  RequestOutcome,
  StepResult,
  VariableEdit,
  Vote,
} from "../model/state.ts";

/** Executions: starting, reading, cancelling, retrying and migrating them. */
export interface Executions {
  /**
   * Starts the active version. Accepted when it resolves: the execution survives a crash from then on.
   *
   * @throws {AppError} `workflow_not_found`, `input_invalid` (its `details.problems` is a list of `{path, message, fix}`);
   * `not_allowed` for a person who may not `run` it.
   */
  start(request: StartRequest): Promise<StartResult>;
  /** @param id - whole id or a unique prefix, with or without `exec_`. @throws {AppError} `execution_not_found`, `execution_ambiguous`. */
  resolveId(id: string): Promise<string>;
  /**
   * An execution as a reader may see it. What is sensitive is shown to starter, approvers and admins, and masked for others.
   *
   * @param reader - Slack user id, or `api`: the operator. Absent: it is shown in a channel, so what is sensitive is masked.
   * @throws {AppError} `execution_not_found`; `not_allowed` for a reader who did not start it, does not decide in it, and may not
   * `view` its workflow.
   */
  get(executionId: string, reader?: string): Promise<ExecutionView>;
  /**
   * The timeline of an execution in pages of at most 200 entries and about 4,000,000 characters, oldest first, with whole outputs.
   *
   * @param reader - as for `get`.
   * @throws {AppError} as `get`.
   */
  listSteps(executionId: string, query: StepQuery, reader?: string): Promise<StepPage>;
  /** @param reader - as for `get`: a reader finds what they may see, and may get fewer than `limit`. Absent: all. */
  list(query: ExecutionQuery, reader?: string): Promise<ExecutionPage>;
  /** The executions that a person started and that are over, the last to end first. @param limit - at most 200. */
  listEnded(startedBy: string, limit: number): Promise<readonly ExecutionSummary[]>;
  /**
   * Asks an execution to stop. Durable when it resolves; the steps under way are aborted.
   *
   * @throws {AppError} `execution_not_found`, `execution_finished`; `not_allowed` unless they started it or are an admin.
   */
  cancel(executionId: string, by: string): Promise<void>;
  /**
   * Continues an execution that failed or was cancelled, from the step that failed unless another is named: results after its
   * last entry are dropped, siblings and costs stay, the time limit begins anew. What completed is run again, as a new execution.
   * Durable when it resolves; asking twice does it once, and with the same `idempotencyKey` gets the same answer.
   *
   * @throws {AppError} `execution_not_found`; `execution_under_way`; `key_reused`; `input_invalid` for a step that it did not come to or for
   * variables that do not fit; `effect_in_doubt` unless `acceptsDoubt`; `effect_done` for steps that would have their effect
   * once more, unless an admin names them in `again`; `not_allowed` for variables that the person may not change, and
   * unless they started it and may `run` its workflow, or are an admin.
   */
  retry(request: RetryRequest): Promise<RetryResult>;
  /**
   * Retries the executions of a workflow that failed (or were cancelled), each from where it failed, the oldest first; at most
   * 1000. If the process dies in between, those that were not reached stay as they are: ask again.
   *
   * @throws {AppError} `workflow_not_found`, `input_invalid` when they are more; `not_allowed` unless they are an admin.
   */
  retryAll(request: BulkRetryRequest): Promise<BulkRetry>;
  /**
   * Moves a waiting execution to another version: only when nothing is in flight and each step at which it stands is found
   * there at the same place with the same type. Open approvals are asked anew. Durable when it resolves; asking twice does it
   * once. It is checked again when it is done: a run that has moved on meanwhile keeps its version.
   *
   * @throws {AppError} `execution_not_found`, `version_not_found`; `migration_refused`, saying which step and why; `not_allowed`
   * unless they may `deploy` its workflow.
   */
  migrate(request: MigrationRequest): Promise<MigrationResult>;
  /**
   * Holds one execution: steps under way end, no further one begins. Durable when it resolves; paused already, it stays as it was.
   *
   * @throws {AppError} `execution_not_found`; `not_allowed` unless they voted in it or are an admin.
   */
  pause(executionId: string, by: string): Promise<void>;
  /** @returns whether it was paused by itself. @throws {AppError} `execution_not_found`; `not_allowed` unless they are an admin. */
  resume(executionId: string, by: string): Promise<boolean>;
  /** Calls `listener` with the execution id after each durable change. @returns a function that removes the listener. */
  onCommitted(listener: (executionId: string, change: ExecutionChange) => void): () => void;
}

/** What is known of a durable change without reading the execution. */
export interface ExecutionChange {
  /** `false`: it reports nowhere, waits for nothing and has never asked people, so that Slack has nothing of it to show. */
  readonly isShown: boolean;
  readonly isOver: boolean;
}

export interface StartRequest {
  readonly workflowId: string;
  readonly variables: JsonObject;
  /**
   * `text`: values come from a person's typing and are converted, undeclared names are refused. `form`: fields of a form are
   * converted as well, undeclared names pass. `json`: taken strictly, undeclared names pass.
   */
  readonly variableForm: "text" | "form" | "json";
  /** The bytes of files among the variables that come along. @default none: files are handed on, or unusable */
  readonly files?: readonly IncomingFile[];
  readonly trigger: Trigger;
  /** Where it reports; absent: what the definition's `report` says. */
  readonly report?: ReportTarget;
  /** Starting twice under one id starts once: the second answer has `existed: true`. */
  readonly executionId?: string;
  /** People of the runs that led to this one: they may not decide in it. @default none */
  readonly answerable?: readonly Answerable[];
}

export interface StartResult {
  readonly executionId: string;
  readonly existed: boolean;
}

export interface ExecutionQuery {
  readonly workflowId?: string;
  readonly status?: ExecutionStatus;
  /** One of these; not beside `status`. */
  readonly statuses?: readonly ExecutionStatus[];
  /** Number of the version that they execute. */
  readonly version?: number;
  readonly startedBy?: string;
  /** Started from this moment on; milliseconds since 1970, as the others. */
  readonly startedFrom?: number;
  readonly startedBefore?: number;
  /** Over since this moment or later. */
  readonly endedFrom?: number;
  readonly endedBefore?: number;
  /**
   * Values of inputs that they all have, by name, as text; needs `workflowId`. What is sensitive is never found by its value.
   *
   * @throws {AppError} `input_invalid` for an input that the active version does not have, or calls sensitive.
   */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Labels that they all have, by name. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Only those that are not over. */
  readonly isUnderWay?: true;
  /**
   * A page may be shorter than `limit`, or empty, and yet have a cursor: where filters are combined that no index serves together, so
   * many are read for a page and no more. @default a page takes what it takes
   */
  readonly isBounded?: true;
  /** At most 200. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface ExecutionSummary {
  readonly executionId: string;
  readonly workflowId: string;
  readonly workflowName: string;
  readonly workflowVersion: number;
  readonly status: ExecutionStatus;
  readonly waitingOn: readonly string[];
  readonly startedBy: string | null;
  /** What it is found by; empty: its workflow gives no labels. */
  readonly labels: Readonly<Record<string, string>>;
  readonly startedAt: string;
  readonly completedAt: string | null;
  /** Dollars. */
  readonly totalCost: number;
}

export interface ExecutionPage {
  readonly executions: readonly ExecutionSummary[];
  readonly nextCursor: string | null;
}

export interface RetryRequest {
  readonly executionId: string;
  /** Slack user id or `api`. */
  readonly by: string;
  /** Step id, or the path of an entry. @default the step that failed */
  readonly fromStep?: string;
  /** Variables that get other values. */
  readonly variables?: JsonObject;
  /** `text`: as a person typed them, to be converted; `json`: taken strictly. */
  readonly variableForm: "text" | "json";
  /** A person knows that a step may be done although it is not known whether it had its effect before. @default false */
  readonly acceptsDoubt?: boolean;
  /**
   * Ids of steps that had their effect and are to have it once more; admins alone may.
   *
   * @default none
   */
  readonly again?: readonly string[];
  /** A repeat with the same key does nothing and gets the first answer. */
  readonly idempotencyKey?: string;
}

export interface RetryResult {
  /** The same execution, or the new one. */
  readonly executionId: string;
  /** `false`: it had completed, and a new execution was started. */
  readonly reopened: boolean;
  /** `null`: from the beginning, or where it was given up. */
  readonly fromStep: string | null;
  /** The same was asked before with this key: this is what came of it. */
  readonly duplicate?: true;
}

export interface BulkRetryRequest {
  readonly workflowId: string;
  /** @default "failed" */
  readonly status?: "failed" | "cancelled";
  /** Those that were started from then on; milliseconds since 1970. */
  readonly since: number;
  readonly by: string;
  /** Only counts them. */
  readonly dryRun: boolean;
}

export interface BulkRetry {
  readonly matched: number;
  readonly retried: readonly string[];
  readonly refused: readonly { readonly executionId: string; readonly message: string }[];
}

export interface MigrationRequest {
  readonly executionId: string;
  /** Slack user id or `api`. */
  readonly by: string;
  /** @default the active version */
  readonly version?: number;
}

export interface MigrationResult {
  readonly executionId: string;
  readonly version: number;
  /** The version that it executed until then. */
  readonly previous: number;
  /** `false`: it executes that version already. */
  readonly changed: boolean;
}

/** The contract's shape of an execution, with what cards need besides. Times are ISO 8601 in UTC. */
export interface ExecutionView {
  readonly executionId: string;
  readonly workflowId: string;
  readonly workflowName: string;
  /** The version that it executes now. */
  readonly workflowVersion: number;
  readonly status: ExecutionStatus;
  readonly waitingOn: readonly WaitView[];
  readonly currentStep: string | null;
  readonly trigger: Trigger;
  readonly labels: Readonly<Record<string, string>>;
  readonly report: ReportTarget | null;
  readonly startedAt: string;
  readonly completedAt: string | null;
  /** Milliseconds from start to end; `null` while it runs. */
  readonly totalDuration: number | null;
  readonly variables: JsonObject;
  readonly stepResults: Readonly<Record<string, StepResult & Omission>>;
  readonly steps: readonly StepView[];
  /** Dollars. */
  readonly costAccumulator: number;
  readonly totalCost: number;
  /** Some call has no known price: the totals are lower bounds. */
  readonly costUnknown: boolean;
  readonly output: Json;
  /** Why it failed. */
  readonly error: StepError | null;
  readonly errors: readonly ErrorView[];
  readonly cancelledBy: string | null;
  /** The retries: by whom, from which step (`null`: from where it was abandoned), oldest first. */
  readonly retries: readonly RetryView[];
  /** The migrations: by whom and to which version, oldest first. */
  readonly migrations: readonly MigrationView[];
  readonly requests: readonly RequestView[];
  /** Steps under way, with their attempt. */
  readonly running: readonly RunningStep[];
  /** Revision of the log that this shows. */
  readonly rev: number;
  /** Values that this reader does not see are masked as `•••`. */
  readonly masked?: true;
  /**
   * What did not fit: a view holds 4,000,000 characters of values. Those that are left out are `null`, and each says so;
   * variables are missing. `listSteps` has the outputs.
   */
  readonly omitted?: {
    readonly values: number;
    /** Names of the variables that are missing. */
    readonly variables: readonly string[];
    /** The oldest steps and errors that are not listed. */
    readonly steps: number;
    readonly errors: number;
  };
}

/** A part of the timeline of an execution, with whole outputs. */
export interface StepPage {
  readonly steps: readonly StepView[];
  /** Where the next page begins; `null`: this is the last one. */
  readonly next: number | null;
  readonly masked?: true;
}

export interface StepQuery {
  /** How many of the oldest are left out: `next` of the page before. @default 0 */
  readonly after?: number;
  /** Only entries with this path. */
  readonly path?: string;
}

export interface RetryView {
  readonly by: string;
  readonly at: string;
  readonly fromStep: string | null;
  /** Variables that got other values. */
  readonly edits: readonly VariableEdit[];
  /** Steps that an admin had done again although they had their effect. */
  readonly again: readonly string[];
}

export interface MigrationView {
  readonly by: string;
  readonly at: string;
  readonly from: number;
  readonly to: number;
}

export interface WaitView {
  /** `approval`, `timer`, `retry`, `breaker`. */
  readonly for: string;
  readonly stepId: string;
  readonly path: string;
  readonly since: string;
  /** When it ends by itself. */
  readonly until: string | null;
  readonly requestId?: string;
  /** Who paused the workflow. */
  readonly by?: string;
  /** The run whose end it waits for. */
  readonly executionId?: string;
  /** Name of the event that it waits for. */
  readonly event?: string;
}

/** Of a value for which there was no room. */
export interface Omission {
  /** The characters of the output, which is `null` here. */
  readonly outputOmitted?: number;
}

export interface StepView extends Omission {
  readonly stepId: string;
  readonly path: string;
  /** Type of the step, as the definition says. */
  readonly type: string;
  readonly status: StepResult["status"];
  readonly startedAt: string;
  readonly completedAt: string;
  /** Milliseconds. */
  readonly duration: number;
  /** Dollars; `null`: unknown. */
  readonly cost: number | null;
  readonly output: Json;
  readonly attempts: number;
  /** Tokens of its calls, as far as endpoints reported them; absent: it made none. */
  readonly tokenUsage?: TokenUsage;
}

export interface ErrorView {
  readonly stepId: string;
  readonly path: string;
  readonly attempt: number;
  readonly code: string;
  readonly message: string;
  readonly at: string;
}

export interface RunningStep {
  readonly stepId: string;
  readonly path: string;
  readonly attempt: number;
  readonly phase: "running" | "retrying" | "waiting";
}

export interface RequestView {
  readonly opened: RequestOpened;
  readonly stepId: string;
  /** Those that count. */
  readonly votes: readonly Vote[];
  /** What happened to it besides votes, in order. @default nothing */
  readonly notes?: readonly RequestNote[];
  readonly outcome: RequestOutcome | null;
  /** The request that asks again because this decision does not hold any more. */
  readonly renewedBy: string | null;
}
