import type { ExecutionStatus } from "../model/state.ts";

/** Why an execution was removed. Names are stored for years: they are only added. */
export type RemovalReason = "request" | "retention" | "workflow" | "person";

/** What stays of an execution that was removed: so its id stays taken, and who asks for it gets an honest answer. */
export interface Removal {
  readonly executionId: string;
  readonly workflowId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Slack user id, or `api`; `engine`: it followed by itself. */
  readonly by: string;
  readonly reason: RemovalReason;
}

/** An execution that is over, by its place in the order of starts. */
export interface OverExecution {
  readonly executionId: string;
  readonly workflowId: string;
  readonly startedAt: number;
}

export interface OverQuery {
  readonly workflowId?: string;
  readonly status?: ExecutionStatus;
  /** Slack user id of the person who started it. */
  readonly startedBy?: string;
  /** Only those that ended before this moment. */
  readonly endedBefore: number;
  readonly limit: number;
  /** The last one of the page before. */
  readonly after?: Pick<OverExecution, "executionId" | "startedAt">;
}

/**
 * Removing executions. Totals and the audit stay as they are; so do keys of repeated requests until they expire, and what others
 * published or labelled.
 */
export interface RemovalStore {
  /**
   * Removes an execution and all that is stored of it: its log, start, labels, signals, calls, cards, claims, the events of its end,
   * and its files, whose bytes go with the last execution that may use them. Its id stays taken for ever. Other executions may be
   * written meanwhile; a removal that was broken off is seen by nothing but {@link finish}.
   *
   * @returns `false`, and nothing is removed: there is no such execution, it is not over, a worker has it, or something that is to be
   * delivered has not been: a signal to it, or the event of its end. It may have become due then, so that a worker sees to it.
   */
  remove(removal: Removal): Promise<boolean>;
  /** `null`: it was not removed. */
  get(executionId: string): Promise<Removal | null>;
  /** Ids of removed executions that begin with exactly `prefix`, in order of id, at most `limit`. */
  findIds(prefix: string, limit: number): Promise<readonly string[]>;
  /** Executions that are over, the oldest start first; of one moment by id. */
  listOver(query: OverQuery): Promise<readonly OverExecution[]>;
  /** Removes the rest of what removals left that were broken off before `before`. @returns whether there may be more. */
  finish(before: number): Promise<boolean>;
}
