import type { ExecutionEvent } from "../model/events.ts";
import type { ExecutionState, OutboxEntry } from "../model/state.ts";
import type { Logger } from "../ports/logger.ts";
import type { ActorHost, Committed } from "./actor-host.ts";
import type { AttemptPorts } from "./attempt.ts";

export interface WorkerOptions extends Omit<AttemptPorts, "onDefect"> {
  readonly logger: Logger;
  /** The compiled definition of a version with the prompts that this execution asks. @throws {AppError} `version_not_found`. */
  readonly compiled: ActorHost["compiled"];
  /**
   * How long attempts under way may take to end when the worker stops, in milliseconds: one that is aborted instead has an outcome
   * that nobody knows. @default 0
   */
  readonly stopGraceMs?: number;
  /** How far a look plans ahead for what becomes due, in milliseconds: not less than the time until somebody calls `tick` again. */
  readonly lookAheadMs: number;
  /** @param after - absent for facts that an actor did not commit. */
  readonly onCommitted: (
    executionId: string,
    events: readonly ExecutionEvent[],
    after?: Committed,
  ) => void;
  /** Who is told that an execution ended. */
  readonly ends: {
    /** Has the end to be told to anybody? */
    readonly isWanted: (state: ExecutionState) => boolean;
    /** Tells it; done again after a crash or an error, so a repeat must be harmless. */
    readonly tell: (state: ExecutionState) => Promise<void>;
  };
  /** What holds executions from outside. */
  readonly gate: ActorHost["gate"];
  /** Delivers what leaves an execution; done again after a crash or an error, so a repeat must be harmless. */
  readonly deliver: (state: ExecutionState, entry: OutboxEntry) => Promise<void>;
}
