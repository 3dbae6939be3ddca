import type { Json, JsonObject } from "../../shared/json.ts";
import type { ReportTarget, RequestOpened, StepError, Trigger } from "../model/events.ts";
import type { ExecutionStatus, RequestOutcome, StepResult, Vote } from "../model/state.ts";
import type { TokenUsage } from "../ports/model.ts";

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
  readonly report: ReportTarget | null;
  readonly startedAt: string;
  readonly completedAt: string | null;
  /** Milliseconds from start to end; `null` while it runs. */
  readonly totalDuration: number | null;
  readonly variables: JsonObject;
  readonly stepResults: Readonly<Record<string, StepResult>>;
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
  /** Who had it go on after it had ended, from which step (`null`: from where it was given up), oldest first. */
  readonly retries: readonly RetryView[];
  /** Who had it go on with another version, oldest first. */
  readonly migrations: readonly MigrationView[];
  readonly requests: readonly RequestView[];
  /** Steps under way, with their attempt. */
  readonly running: readonly RunningStep[];
  /** Revision of the log that this shows. */
  readonly rev: number;
}

export interface RetryView {
  readonly by: string;
  readonly at: string;
  readonly fromStep: string | null;
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

export interface StepView {
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
  readonly votes: readonly Vote[];
  readonly outcome: RequestOutcome | null;
}
