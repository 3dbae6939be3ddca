import type { JsonObject } from "../../shared/json.ts";
import type { DefinitionDiff } from "../definition/diff.ts";
import type { Explanation } from "../definition/explain.ts";
import type { Problem } from "../definition/problem.ts";
import type { Definition } from "../definition/schema.ts";
import type { Drafts } from "../drafts/drafts.ts";
import type { Generated } from "../drafts/generator.ts";
import type { ReportTarget, Trigger } from "../model/events.ts";
import type { ExecutionStatus } from "../model/state.ts";
import type { VersionSummary } from "../ports/store.ts";
import type { PublishRequest, PublishResult } from "../triggers/event-bus.ts";
import type { IncomingMessage } from "../triggers/message-trigger.ts";
import type { IncomingReaction } from "../triggers/reaction-trigger.ts";
import type { ShortcutRequest } from "../triggers/shortcut-trigger.ts";
import type { WebhookAnswer, WebhookRequest } from "../triggers/webhook-trigger.ts";
import type { AiMethods } from "./ai.ts";
import type { CostMethods } from "./costs.ts";
import type { ExecutionView, RequestView } from "./execution-view.ts";
import type { MigrationRequest, MigrationResult } from "./migration.ts";
import type { BulkRetry, BulkRetryRequest, RetryRequest, RetryResult } from "./retry.ts";

/** What the bot and the web call. Everything they may do with workflows and executions is here. */
export interface Engine extends AiMethods, CostMethods {
  /**
   * Checks a definition and makes it the active version.
   *
   * No `version`: the highest + 1, or nothing if the active version has the same content. A given version is stored under that
   * number; equal content under a taken number changes nothing and never re-activates.
   *
   * @throws {AppError} `definition_conflict` when the number is taken by other content, with `details.diff` (from what has the
   * number to what was given) and `details.nextVersion`.
   */
  deploy(definition: unknown, options: DeployOptions): Promise<DeployResult>;
  /** The checks of `deploy` alone. */
  validate(definition: unknown): ValidationResult;
  /** All workflows, by id. */
  listWorkflows(): Promise<readonly WorkflowSummary[]>;
  /** @throws {AppError} `workflow_not_found` (naming the nearest), `version_not_found`. */
  getWorkflow(workflowId: string, version?: number): Promise<DeployedWorkflow>;
  /** All versions of a workflow, the newest number first. @throws {AppError} `workflow_not_found`. */
  listVersions(workflowId: string): Promise<readonly VersionView[]>;
  /** How version `from` became version `to`. @throws {AppError} `workflow_not_found`, `version_not_found`. */
  diffVersions(workflowId: string, from: number, to: number): Promise<DefinitionDiff>;
  /**
   * Makes a stored version the active one. Runs under way keep theirs.
   *
   * @throws {AppError} `workflow_not_found`, `version_not_found`; `definition_invalid` when this release cannot execute it any
   * more, `definition_conflict` when another workflow has taken its webhook.
   */
  activate(workflowId: string, version: number, by: string): Promise<Activation>;
  /** Activates the version with the next lower number than the active one. @throws {AppError} as `activate`. */
  rollBack(workflowId: string, by: string): Promise<Activation>;
  /** The built-in templates, by id. */
  listTemplates(): readonly TemplateSummary[];
  /**
   * A definition made from a template, with the id `<template>-<milliseconds>` and version 1; `overrides` replace its members
   * whole. Nothing is deployed.
   *
   * @throws {AppError} `template_not_found` (naming the nearest).
   */
  fromTemplate(templateId: string, overrides: JsonObject): JsonObject;
  /**
   * Has a language model write a definition for a description. Nothing is deployed.
   *
   * @throws {AppError} `input_invalid`, `generation_failed` with the remaining problems in `details.problems`, and what the
   * model client throws.
   */
  generate(description: string): Promise<Generated>;
  /** What a definition does, in plain words. */
  explain(definition: Definition): Explanation;
  /** Workflows that people describe in Slack, before they are deployed. */
  readonly drafts: Drafts;

  /**
   * Starts the active version. Accepted when it resolves: the execution survives a crash from then on.
   *
   * @throws {AppError} `workflow_not_found`, `input_invalid` (its `details.problems` is a list of `{path, message, fix}`).
   */
  start(request: StartRequest): Promise<StartResult>;
  /** @param id - whole id or a unique prefix, with or without `exec_`. @throws {AppError} `execution_not_found`, `execution_ambiguous`. */
  resolveExecutionId(id: string): Promise<string>;
  /** Whether the store takes writes, as it was within the last five seconds. @throws {AppError} `store_unavailable`. */
  assertWritable(): Promise<void>;
  /** @throws {AppError} `execution_not_found`. */
  getExecution(executionId: string): Promise<ExecutionView>;
  listExecutions(query: ExecutionQuery): Promise<ExecutionPage>;
  /**
   * Asks an execution to stop. Durable when it resolves; the steps under way are aborted.
   *
   * @throws {AppError} `execution_not_found`, `execution_finished`.
   */
  cancel(executionId: string, by: string): Promise<void>;
  /**
   * Lets an execution go on that failed or was cancelled, from the step that failed unless another is named: results after its
   * last entry are dropped, siblings and costs stay, the time limit begins anew. What completed is run again, as a new execution.
   * Durable when it resolves; asking twice does it once, and with the same `idempotencyKey` gets the same answer.
   *
   * @throws {AppError} `execution_not_found`; `execution_under_way`; `key_reused`; `input_invalid` for a step that it did not come to or for
   * variables that do not fit; `effect_in_doubt` unless `acceptsDoubt`.
   */
  retry(request: RetryRequest): Promise<RetryResult>;
  /**
   * Has a waiting execution go on with another version: only when nothing is in flight and each step at which it stands is found
   * there at the same place with the same type. Open approvals are asked anew. Durable when it resolves; asking twice does it
   * once. It is checked again when it is done: a run that has moved on meanwhile keeps its version.
   *
   * @throws {AppError} `execution_not_found`, `version_not_found`; `migration_refused`, saying which step and why.
   */
  migrate(request: MigrationRequest): Promise<MigrationResult>;
  /**
   * Retries the executions of a workflow that failed (or were cancelled), each from where it failed, the oldest first; at most
   * 1000. If the process dies in between, those that were not reached stay as they are: ask again.
   *
   * @throws {AppError} `workflow_not_found`, `input_invalid` when they are more.
   */
  retryAll(request: BulkRetryRequest): Promise<BulkRetry>;
  /**
   * Holds all runs of a workflow, or of all workflows (`null`): steps under way end, no further one begins; approvals can still
   * be decided; what is started is accepted and held. Paused already, it stays as it was.
   *
   * @throws {AppError} `workflow_not_found`.
   */
  pause(workflowId: string | null, by: string): Promise<void>;
  /**
   * Lets them go on, those that began first first. `null` ends the pause of everything; what was paused by itself stays so.
   *
   * @returns whether it was paused. @throws {AppError} `workflow_not_found`.
   */
  resume(workflowId: string | null): Promise<boolean>;
  /** What holds a workflow; `null`: what holds everything. */
  pauseOf(workflowId: string | null): Pause | null;
  /**
   * Records what a person chose. Checks who may first; durable when `recorded` resolves to `true`.
   *
   * A refusal is an answer, not an error.
   */
  decide(decision: VoteRequest): Promise<VoteAnswer>;
  /**
   * Starts what a message in a channel asks for, each workflow once, however often the message is delivered.
   *
   * @returns the runs that it began, or had begun before.
   */
  receiveMessage(message: IncomingMessage): Promise<readonly StartResult[]>;
  /** Starts what an emoji on a message asks for, each workflow once, however often it is delivered. */
  receiveReaction(reaction: IncomingReaction): Promise<readonly StartResult[]>;
  /** Ids of the workflows that people can start by a shortcut. */
  listShortcuts(): Promise<readonly string[]>;
  /** @throws {AppError} `workflow_not_found`, `input_invalid`. */
  startFromShortcut(request: ShortcutRequest): Promise<StartResult>;
  /**
   * Starts what a request to a webhook asks for. Accepted when it resolves.
   *
   * @throws {AppError} `route_not_found`, `not_allowed`, `token_invalid`, `input_invalid`.
   */
  receiveWebhook(request: WebhookRequest): Promise<WebhookAnswer>;
  /**
   * Makes known that something happened: starts the workflows with a fitting `event` trigger, and wakes the runs that wait for it,
   * now or later. Durable when it resolves; with an `id`, a repeat changes nothing.
   *
   * @throws {AppError} `input_invalid` for the name of a run's end.
   */
  publish(event: PublishRequest): Promise<PublishResult>;
  /** Requests that are open, newest execution first, at most `limit`. */
  listOpenRequests(limit: number): Promise<readonly OpenRequest[]>;
  /**
   * What a person may decide now and has not decided yet, newest execution first: their own requests are not among it, nor
   * are those of groups that they are not in. The newest 500 open requests are looked at.
   */
  listDecisions(userId: string): Promise<readonly OpenRequest[]>;

  /** Calls `listener` with the execution id after each durable change. @returns a function that ends it. */
  onCommitted(listener: (executionId: string) => void): () => void;
}

/** Somebody paused a workflow, or everything. */
export interface Pause {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface DeployOptions {
  /** Slack user id or `api`. */
  readonly by: string;
}

export type DeployResult =
  | {
      readonly deployed: true;
      readonly workflowId: string;
      readonly version: number;
      /** `false`: this content was deployed already. */
      readonly changed: boolean;
      /** `false`: it is stored, and another version is the active one. */
      readonly active: boolean;
      readonly warnings: readonly Problem[];
    }
  | {
      readonly deployed: false;
      readonly problems: readonly Problem[];
      readonly warnings: readonly Problem[];
    };

/** What became of a file of the workflows folder. */
export type FileDeployment =
  | {
      readonly outcome: "deployed";
      readonly workflowId: string;
      readonly version: number;
      readonly warnings: readonly Problem[];
    }
  | {
      /** It says what it said when it was last deployed. */
      readonly outcome: "unchanged";
      readonly workflowId: string;
      /** The active version that was made in Slack or by the API and differs from the file. */
      readonly newer: VersionSummary | null;
    }
  | {
      /** It changed, but a version made in Slack or by the API is active: stored under `version`, not activated. */
      readonly outcome: "kept_back";
      readonly workflowId: string;
      readonly version: number;
      readonly newer: VersionSummary;
    }
  | { readonly outcome: "invalid"; readonly problems: readonly Problem[] };

export interface VersionView {
  readonly version: number;
  readonly active: boolean;
  /** Slack user id, `api` or `file:<name>`. */
  readonly deployedBy: string;
  /** ISO 8601 in UTC. */
  readonly deployedAt: string;
}

/** A version became active; `previous` was before. */
export interface Activation {
  readonly workflowId: string;
  readonly version: number;
  readonly previous: number;
}

export interface ValidationResult {
  /** `null` when there are problems. */
  readonly definition: Definition | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export interface WorkflowSummary {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly version: number;
  /** Types of its triggers. */
  readonly triggers: readonly string[];
}

export interface TemplateSummary {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  /** Types of its triggers. */
  readonly triggers: readonly string[];
  /** Names of its inputs. */
  readonly inputs: readonly string[];
  /** How many steps it has, those of branches not counted. */
  readonly steps: number;
}

export interface DeployedWorkflow {
  readonly definition: Definition;
  /** As it was deployed, without defaults filled in. */
  readonly source: JsonObject;
  readonly version: number;
  readonly active: boolean;
  readonly deployedBy: string;
  readonly deployedAt: number;
}

export interface StartRequest {
  readonly workflowId: string;
  readonly variables: JsonObject;
  /** `text`: values come from a person's typing and are converted, undeclared names are refused. `json`: taken strictly, undeclared names pass. */
  readonly variableForm: "text" | "json";
  readonly trigger: Trigger;
  /** Where it reports; absent: what the definition's `report` says. */
  readonly report?: ReportTarget;
  /** Starting twice under one id starts once: the second answer has `existed: true`. */
  readonly executionId?: string;
}

export interface StartResult {
  readonly executionId: string;
  readonly existed: boolean;
}

export type {
  ErrorView,
  ExecutionView,
  MigrationView,
  RequestView,
  RunningStep,
  StepView,
  WaitView,
} from "./execution-view.ts";
export type { MigrationRequest, MigrationResult } from "./migration.ts";
export type { BulkRetry, BulkRetryRequest, RetryRequest, RetryResult } from "./retry.ts";

export interface OpenRequest {
  readonly executionId: string;
  readonly workflowId: string;
  readonly request: RequestView;
}

export interface ExecutionQuery {
  readonly workflowId?: string;
  readonly status?: ExecutionStatus;
  readonly startedBy?: string;
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
  readonly startedAt: string;
  readonly completedAt: string | null;
  /** Dollars. */
  readonly totalCost: number;
}

export interface ExecutionPage {
  readonly executions: readonly ExecutionSummary[];
  readonly nextCursor: string | null;
}

export interface VoteRequest {
  readonly executionId: string;
  readonly requestId: string;
  readonly round: number;
  /** The hash that the button carried. */
  readonly hash: string;
  readonly choice: string;
  readonly by: string;
  readonly comment?: string;
}

export type VoteAnswer =
  | {
      readonly recorded: true;
      /** Resolves when the execution has taken the decision, or refused it because another came first. */
      readonly settled: Promise<VoteOutcome>;
    }
  | {
      readonly recorded: false;
      readonly reason:
        | "not_found"
        | "already_decided"
        | "already_voted"
        | "superseded"
        | "unknown_choice"
        | "not_an_approver"
        | "self_approval"
        | "guest";
      /** A sentence for the person. */
      readonly message: string;
    };

/** `pending`: another process has the execution and has not answered within 5 s; the card will show it. */
export type VoteOutcome =
  | { readonly kind: "counted" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "pending" };
