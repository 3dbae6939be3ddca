import type { ExecutionStatus } from "../model/state.ts";

/** What is to be removed for good. */
export type RemovalTarget =
  | { readonly kind: "runs"; readonly executionIds: readonly string[] }
  | ({ readonly kind: "filter" } & RemovalFilter)
  /** What is stored about a person: the runs that they started, their drafts, and what models were asked for these. */
  | { readonly kind: "person"; readonly userId: string };

/** Runs that are over and fit all of these. */
export interface RemovalFilter {
  readonly workflowId?: string;
  readonly status?: Extract<ExecutionStatus, "completed" | "failed" | "cancelled">;
  /** Slack user id of the person who started them. */
  readonly startedBy?: string;
  /** Those that ended before this moment. @default when the removal is asked for */
  readonly endedBefore?: number;
}

/** How many things a removal would take. */
export interface RemovalPreview {
  /** Runs that are over, without those that go with them. */
  readonly runs: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
  /** Drafts of a person. Absent: none are meant. */
  readonly drafts?: number;
}

/** A removal that continues in the background, and survives the process. */
export interface RemovalJob {
  readonly id: string;
  readonly target: RemovalTarget;
  /** Slack user id, or `api`. */
  readonly by: string;
  /** When it was asked for; milliseconds since 1970. */
  readonly at: number;
  /** Runs that are gone, those that went with their parents included; after a crash perhaps some fewer than are. */
  readonly removed: number;
  /** Runs that stayed: not over, part of a run that is not over, or not found. */
  readonly kept: number;
  /** When it was done; `null`: it is under way. */
  readonly endedAt: number | null;
  /** Who stopped it, and when: the rest stayed. Absent: it was not stopped. */
  readonly stopped?: { readonly by: string; readonly at: number };
}

/** How long the runs of a workflow are kept after their end. */
export interface Retention {
  /** Milliseconds; `null`: for ever. */
  readonly keptMs: number | null;
  /** Who says so: the active version of the workflow, the operator (`RETENTION_DAYS`), or neither. */
  readonly from: "definition" | "default" | "none";
}

/** The end of what is stored. For admins and the operator alone, except for `retentionOf`. */
export interface Data {
  /**
   * Counts what would be removed, and changes nothing.
   *
   * @throws {AppError} `not_allowed`; `execution_not_found`; `execution_under_way` for a run given by id that is not over.
   */
  preview(target: RemovalTarget, by: string): Promise<RemovalPreview>;
  /**
   * Begins a removal, which is durable when this resolves. What is over by then and fits goes; what is not over stays, and so does a
   * run whose parent, or one of whose children, is not over. Children go with their parents.
   *
   * @throws {AppError} as `preview`.
   */
  remove(target: RemovalTarget, by: string): Promise<RemovalJob>;
  /** The removals of the last days, the newest first. @throws {AppError} `not_allowed`. */
  listRemovals(by: string): Promise<readonly RemovalJob[]>;
  /** @throws {AppError} `workflow_not_found`. */
  retentionOf(workflowId: string): Promise<Retention>;
}
