import type { Json } from "../../shared/json.ts";
import type { StepError } from "../model/events.ts";
import type { ExecutionQuery, ExecutionSummary, ExecutionView } from "./executions.ts";

/** What happens in executions, as it happens, whichever process executes them. */
export interface Streams {
  /**
   * Follows one execution by its log: every commit once and in order, and after those that are there the state that they led to.
   * Values are masked as in `Executions.get`; what the reader may see is asked again before anything is given out. It ends with the
   * execution, unless a retry of it was accepted: what that does follows.
   *
   * A commit of this process is given out at once, one of another process within a second. What is not taken is not kept: at most 200
   * commits are in memory, and the log is read on when they are taken.
   *
   * @param after - the last revision that is known; -1: none, so it begins with the start.
   * @param reader - as for `Executions.get`.
   * @param signal - ends it; what is awaited then resolves.
   * @throws {AppError} `execution_not_found`, `not_allowed`, before anything is given out or in between.
   */
  follow(
    executionId: string,
    after: number,
    reader: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<RunMessage>;
  /**
   * Watches all executions that a reader may see and that fit: the summary of each one that changed, as it is now. Of several changes of
   * one execution that come before they are taken, the last is given out. What was before is not: the first message (`ready`) says that
   * no change is missed from now on, so that a list read after it is complete.
   *
   * Changes of this process are given out at once; those of others are looked for every two seconds, in 1000 executions that are under
   * way at a time.
   *
   * @throws {AppError} `rate_limited` when 1000 changes wait to be taken.
   */
  watch(
    filter: RunFilter,
    reader: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<RunsMessage>;
}

/** Which executions are watched, as in a list; `statuses` are those that they change to. */
export type RunFilter = Pick<
  ExecutionQuery,
  "workflowId" | "version" | "startedBy" | "labels" | "statuses"
>;

export type RunsMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "run"; readonly run: ExecutionSummary };

export type RunMessage =
  | { readonly kind: "change"; readonly change: RunChange }
  | { readonly kind: "state"; readonly state: RunState }
  /** Nothing follows: it is over and no retry was accepted, or it was removed. `state` is absent if it was removed. */
  | { readonly kind: "end"; readonly state?: RunState };

/** One commit of an execution's log. */
export interface RunChange {
  readonly executionId: string;
  /** Revision of the log. */
  readonly rev: number;
  readonly at: string;
  readonly events: readonly RunEvent[];
  /** Values that this reader does not see are masked as `•••`. */
  readonly masked?: true;
}

/** An event of the log as it is shown: what its readers need, without what the engine keeps for itself. */
export interface RunEvent {
  /** `step_started`, `step_completed`, … */
  readonly type: string;
  readonly at?: string;
  readonly stepId?: string;
  /** Names the entry of the step, such as `pay#1`. */
  readonly path?: string;
  readonly attempt?: number;
  readonly output?: Json;
  /** The characters of an output for which there was no room; it is `null` then. */
  readonly outputOmitted?: number;
  readonly error?: StepError;
  /** Dollars. */
  readonly cost?: number;
  readonly [further: string]: Json | StepError | undefined;
}

/** The state of an execution without its values. */
export type RunState = Pick<
  ExecutionView,
  | "executionId"
  | "workflowId"
  | "workflowVersion"
  | "rev"
  | "status"
  | "waitingOn"
  | "currentStep"
  | "running"
  | "startedAt"
  | "completedAt"
  | "totalCost"
  | "costUnknown"
  | "error"
  | "cancelledBy"
>;
