import type { JsonObject } from "../../shared/json.ts";
import type { DefinitionDiff } from "../definition/diff.ts";
import type { Explanation } from "../definition/explain.ts";
import type { Problem, ValidationResult } from "../definition/problem.ts";
import type { Definition } from "../definition/schema.ts";
import type { Archived, VersionSummary } from "../ports/workflows.ts";

/** Workflows: their versions, templates and pauses. */
export interface Workflows {
  /**
   * Checks a definition and makes it the active version.
   *
   * No `version`: the highest + 1, or nothing if the active version has the same content. A given version is stored under that
   * number; equal content under a taken number changes nothing and never re-activates.
   *
   * @throws {AppError} `workflow_archived`; `workflow_changed` if another version than `onto` is active; `definition_conflict` when the number is taken by other content, with `details.diff` (from what has the
   * number to what was given) and `details.nextVersion`; `not_allowed`, saying whom to ask: new workflows and other `permissions`
   * need an admin, versions of a workflow the right to `deploy` it.
   */
  deploy(definition: unknown, options: DeployOptions): Promise<DeployResult>;
  /**
   * Deploys a file of the workflows folder, but only if it differs from what this file deployed last. A version that was made in
   * Slack or by the API stays active: the file is then stored as a version and not activated.
   *
   * @throws {AppError} what `deploy` throws.
   */
  deployFile(file: string, source: unknown): Promise<FileDeployment>;
  /** The checks of `deploy` alone. */
  validate(definition: unknown): ValidationResult;
  /** All workflows, by id; those that are archived only if they are asked for. */
  list(options?: ListOptions): Promise<readonly WorkflowSummary[]>;
  /**
   * The workflows that a person may run, by id. A workflow whose groups cannot be read at the moment is among them: whether they may
   * is checked again when they start it.
   *
   * @param userId - Slack user id. @throws {AppError} `slack_unavailable`.
   */
  runnableBy(userId: string): Promise<readonly WorkflowSummary[]>;
  /**
   * The workflows of which a person may deploy versions, by id. Those whose groups cannot be read at the moment are left out.
   *
   * @throws {AppError} `slack_unavailable`.
   */
  deployableBy(userId: string): Promise<readonly WorkflowSummary[]>;
  /** The services that steps may call, with their actions. */
  listServices(): readonly ServiceSummary[];
  /** @throws {AppError} `workflow_not_found` (naming the nearest), `version_not_found`. */
  get(workflowId: string, version?: number): Promise<DeployedWorkflow>;
  /** All versions of a workflow, the newest number first. @throws {AppError} `workflow_not_found`. */
  versions(workflowId: string): Promise<readonly VersionView[]>;
  /** How version `from` became version `to`. @throws {AppError} `workflow_not_found`, `version_not_found`. */
  diff(workflowId: string, from: number, to: number): Promise<DefinitionDiff>;
  /**
   * Makes a stored version the active one. Runs under way keep theirs.
   *
   * @throws {AppError} `workflow_not_found`, `version_not_found`; `definition_invalid` when this release cannot execute it any
   * more, `definition_conflict` when another workflow has taken its webhook; `workflow_archived`; `not_allowed` as for `deploy`.
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
  /** What a definition does, in plain words. */
  explain(definition: Definition): Explanation;
  /**
   * Holds all runs of a workflow, or of all workflows (`null`): steps under way end, no further one begins; approvals can still
   * be decided; what is started is accepted and held. Paused already, it stays as it was.
   *
   * @throws {AppError} `workflow_not_found`; `not_allowed` unless they may `deploy` it, or for everything are an admin.
   */
  pause(workflowId: string | null, by: string): Promise<void>;
  /**
   * Resumes them in order of start. `null` ends the pause of everything; a workflow that was paused by itself stays paused.
   *
   * @returns whether it was paused. @throws {AppError} as `pause`.
   */
  resume(workflowId: string | null, by: string): Promise<boolean>;
  /**
   * Takes a workflow out of use: nothing starts it any more, whatever the way, and lists leave it out. Runs under way continue and
   * stay visible, and so does all that is stored of it. Archived already, it stays as it was.
   *
   * @throws {AppError} `workflow_not_found`; `not_allowed` unless they may `deploy` it.
   */
  archive(workflowId: string, by: string, options?: ArchiveOptions): Promise<Archival>;
  /**
   * Brings an archived workflow back, with the version that was active and its triggers. What schedules and databases would have
   * started meanwhile is not made up for.
   *
   * @returns whether it was archived. @throws {AppError} as `activate`: another workflow may have taken its webhook.
   */
  unarchive(workflowId: string, by: string): Promise<boolean>;
  /**
   * Switches one trigger of a workflow off: it starts nothing, and what happens meanwhile is not made up for. It stays so with later
   * versions, as long as they have a trigger of this id. Switched off already, it stays as it was.
   *
   * @throws {AppError} `workflow_not_found`; `trigger_not_found`; `input_invalid` for one by which people and programs start runs
   * themselves; `not_allowed` unless they may `deploy` the workflow.
   */
  pauseTrigger(workflowId: string, triggerId: string, by: string): Promise<void>;
  /** Switches it on again. @returns whether it was off. @throws {AppError} as `pauseTrigger`. */
  resumeTrigger(workflowId: string, triggerId: string, by: string): Promise<boolean>;
  /** The triggers of a workflow's active version. @throws {AppError} `workflow_not_found`. */
  triggersOf(workflowId: string): Promise<readonly TriggerView[]>;
  /** Triggers that are switched off, by their ids, as far as this process knows. */
  pausedTriggers(workflowId: string): ReadonlyMap<string, Pause>;
  /** What holds a workflow; `null`: what holds everything. */
  pauseOf(workflowId: string | null): Pause | null;
}

/** A trigger of a workflow. */
export interface TriggerView {
  readonly id: string;
  /** `schedule`, `webhook`, … */
  readonly type: string;
  /** Who switched it off and when; `null`: it is on. */
  readonly pause: Pause | null;
}

export interface ListOptions {
  /** Whether archived workflows are listed, too. @default false */
  readonly archived?: boolean;
}

export interface ArchiveOptions {
  /** Only checks whether it could be done, and says how it stands. @default false */
  readonly dryRun?: boolean;
}

/** How an archived workflow stands. */
export interface Archival {
  readonly workflowId: string;
  /** Who archived it and when; `null`: it is not archived, in a dry run. */
  readonly archived: Archived | null;
  /** Whether it was not archived before. */
  readonly changed: boolean;
}

export interface DeployOptions {
  /** Slack user id or `api`. */
  readonly by: string;
  /**
   * The version that has to be the active one still, `null`: no such workflow may be there; else `workflow_changed`. So that what another
   * person or process deployed meanwhile is not replaced unseen. @default deploys onto whatever is active
   */
  readonly onto?: number | null;
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

export interface WorkflowSummary {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly version: number;
  /** Types of its triggers. */
  readonly triggers: readonly string[];
  /** Nothing starts it. Absent: it is not archived. */
  readonly archived?: Archived;
}

/** What steps may call. */
export interface ServiceSummary {
  readonly name: string;
  readonly actions: readonly {
    readonly name: string;
    /** One line for people. */
    readonly summary: string;
    /** Its parameters, as types of TypeScript. */
    readonly params: string;
    readonly parameters: readonly {
      readonly name: string;
      /** As a type of TypeScript. */
      readonly type: string;
      readonly isRequired: boolean;
      /** Part of a sentence. */
      readonly description?: string;
      /** What it is if it is absent, as JSON. */
      readonly default?: string;
    }[];
    /** Parameters of a call as a workflow may have it. */
    readonly example?: JsonObject;
    /** Does it change something outside? */
    readonly sideEffect: boolean;
  }[];
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
  /** Nothing starts the workflow. Absent: it is not archived. */
  readonly archived?: Archived;
}

/** The pause of a workflow, or of everything. */
export interface Pause {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}
