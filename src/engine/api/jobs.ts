import type { ExecutionQuery } from "./executions.ts";

/** What can be done with many executions. */
export type BulkAction = "cancel" | "retry" | "resume";

/** Executions that fit all of these, as for a list. */
export type BulkFilter = Omit<ExecutionQuery, "limit" | "cursor" | "isBounded" | "isUnderWay">;

/** Which executions are meant. */
export type BulkTarget =
  | { readonly kind: "runs"; readonly executionIds: readonly string[] }
  | ({ readonly kind: "filter" } & BulkFilter);

export interface BulkRequest {
  readonly action: BulkAction;
  readonly target: BulkTarget;
  /** Slack user id, or `api`. */
  readonly by: string;
}

/** How many executions a job would take. */
export interface BulkPreview {
  readonly runs: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
}

/** Executions with which it was not done, by the reason. */
export interface LeftOut {
  /** The code of the refusal; `not_paused`: it was not paused by itself. */
  readonly code: string;
  readonly count: number;
  /** The first few. */
  readonly examples: readonly { readonly executionId: string; readonly message: string }[];
}

/** Work with many executions that continues in the background, and survives the process. */
export interface Job {
  readonly id: string;
  readonly kind: BulkAction | "remove";
  /** Absent: it is not about one workflow. */
  readonly workflowId?: string;
  /** Slack user id, or `api`. */
  readonly by: string;
  /** When it was asked for; milliseconds since 1970. */
  readonly at: number;
  /** Executions that it takes; `null`: they are still being looked for, or go with others, as for removals. */
  readonly total: number | null;
  readonly done: number;
  readonly left: readonly LeftOut[];
  /** When it was over; `null`: it is under way. */
  readonly endedAt: number | null;
  /** Who stopped it, and when. The execution under way then was finished. */
  readonly stopped: { readonly by: string; readonly at: number } | null;
}

/**
 * The same for many executions, in the background. Each is acted on by the very rules of a single one, in the name of who asked, at the
 * moment at which its turn comes: rights, what a retry may repeat, outcomes that people have to look up.
 *
 * `cancel` is for what is not over, `retry` for what failed (or, if their status is given, was cancelled or completed), `resume` for
 * what was paused by itself. Admins do it with all executions, others with those that they started. What starts after the job began is
 * not meant.
 */
export interface Jobs {
  /**
   * Counts what would be meant, and changes nothing.
   *
   * @throws {AppError} `input_invalid` for a status that does not fit the action, or for more than 1000 ids; `execution_not_found`;
   * `workflow_not_found`; `not_allowed`.
   */
  preview(request: BulkRequest): Promise<BulkPreview>;
  /** Begins a job, which is durable when this resolves. @throws {AppError} as `preview`. */
  begin(request: BulkRequest): Promise<Job>;
  /** Those of the last 30 days, removals too, the newest first: admins see all, others their own. */
  list(reader: string): Promise<readonly Job[]>;
  /** @throws {AppError} `job_not_found`, also for a job of others unless they are an admin. */
  get(id: string, reader: string): Promise<Job>;
  /** Stops a job: what it did stays done. One that is over stays as it is. @throws {AppError} as `get`. */
  stop(id: string, by: string): Promise<Job>;
}
