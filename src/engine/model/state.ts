import type { Json, JsonObject } from "../../shared/json.ts";
import type { Answerable } from "./answerable.ts";
import type { ChildPlan, ChildStarted } from "./children.ts";
import type { HoldReason, KeyedRequest } from "./control.ts";
import type { ExecutionStarted, StepError, TokenUsage, WaitReason } from "./events.ts";
import type { Edits, RequestNote, RequestOpened } from "./requests.ts";
import type { Seal } from "./seal.ts";

/**
 * What `stepResults.<id>` holds: the latest entry of a step, in the shape that definitions and the
 * API read.
 */
export interface StepResult {
  readonly stepId: string;
  readonly status: "completed" | "skipped" | "failed";
  readonly output: Json;
  readonly error?: StepError;
  /** Dollars; `null` when the price is unknown. */
  readonly cost: number | null;
  readonly tokenUsage?: TokenUsage;
  readonly rawOutput?: string;
  readonly reason?: string;
  readonly confidence?: number;
  readonly attempts: number;
  readonly nextStep: string;
  readonly startedAt: string;
  readonly completedAt: string;
  readonly durationMs: number;
}

/** One finished entry of a step, in order of finishing: the timeline. */
export interface StepRecord {
  readonly path: string;
  readonly stepId: string;
  readonly status: StepResult["status"];
  readonly output: Json;
  readonly startedAt: number;
  readonly completedAt: number;
  readonly costNano: number;
  readonly costUnknown: boolean;
  readonly usage: TokenUsage | null;
  readonly attempts: number;
}

/** One failed attempt, for the API's `errors`. */
export interface AttemptError {
  readonly path: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly error: StepError;
  readonly at: number;
}

export interface Vote {
  readonly by: string;
  readonly choice: string;
  readonly comment?: string;
  /** What it approves instead of the values that the request was opened with. */
  readonly edits?: Edits;
  /** Where it was made: `home`, or the id of a Slack conversation. */
  readonly via?: string;
  readonly at: number;
}

/** A variable that a person changed when an execution was reopened. */
export interface VariableEdit {
  readonly name: string;
  /** As JSON, shortened; `null`: it was not there. */
  readonly before: string | null;
  readonly after: string;
}

/** How a request ended. */
export interface RequestOutcome {
  /** The choice, or `expired`, or `cancelled`, or `superseded` by a newer round. */
  readonly decision: string;
  readonly at: number;
}

/** A request with its votes; stays in the state after it was decided, because its cards show it. */
export interface RequestState {
  readonly opened: RequestOpened;
  readonly path: string;
  /** Those that count. */
  readonly votes: Vote[];
  readonly notes: RequestNote[];
  /** How often a person became free to vote anew, by user id; their next vote is a new signal. */
  readonly turns: Map<string, number>;
  outcome: RequestOutcome | null;
  /** How often the execution had been reopened when it was asked: what people changed since is not in it. */
  readonly reopenings: number;
  /** What its decision releases with the values that the deciders gave; `null`: as it was asked. */
  sealed: Seal | null;
  /** The request that asks again because this decision does not hold any more. */
  renewedBy: string | null;
}

/** A step that was entered and is not over. */
export interface ActiveStep {
  readonly path: string;
  readonly frame: string;
  readonly stepId: string;
  /** `executionId/path`: the idempotency key, equal in every automatic attempt. */
  readonly key: string;
  attempt: number;
  phase: "running" | "retrying" | "waiting";
  /**
   * The claim under which the attempt runs; an older one than the state's means that its worker
   * died.
   */
  epoch: number;
  readonly startedAt: number;
  /** When the attempt was begun, last if it was begun again. */
  begunAt: number;
  params: JsonObject;
  paramsHash: string;
  reservedNano: number;
  /**
   * Outcome of some try before this one is unknown: the step's policy decides how this one begins.
   */
  unknownBefore: boolean;
  /**
   * The first attempt since a person had the step done again; 1, unless they had: attempts of
   * `retryPolicy` count from here.
   */
  firstAttempt: number;
  /** How many attempts came to nothing because there was no budget or no room for the call. */
  untried: number;
  /** How often this attempt was begun again because the worker that had it died or stopped. */
  recoveries: number;
  /** How often the worker died while this attempt ran, until it was begun last. */
  deaths: number;
  /** How many of these deaths point to this attempt: nothing else that was under way before them had been begun after it. */
  deathsAlone: number;
  /** It was begun again after a death, and nothing else that had died with it has been since. */
  isAlone: boolean;
  /** Its worker stopped in order. */
  isReleased: boolean;
  /** Worst price of one attempt. */
  reserveNano: number;
  /** The attempt that waits for budget, or waited for it; `null`: none since the last one began. */
  attemptAwaitingBudget: number | null;
  /** When the retry, the timer or the expiry is due. */
  due: number | null;
  /** `branches`: the bodies that the step holds. */
  waitingOn: WaitReason | "branches" | null;
  /**
   * Paths of the bodies that the step opened, in order; of a step with items those alone that are
   * still executed.
   */
  readonly frames: Set<string>;
  /** What a step that has a body for each item of a list knows of them. */
  items: ItemsState | null;
  requestId: string | null;
  /** The execution that the step started and waits for. */
  childId: string | null;
  /** The execution that the step is about to start, as long as it waits for room under the cap. */
  childAwaitingBudget: ChildPlan | null;
  /** What is not known of the last attempt, as long as a person is asked. */
  unknownOutcome: StepError | null;
  /** Name of the event that the step waits for. */
  event: string | null;
  /** What it continues after a retry, as long as it waits for a decision that is asked again. */
  resumes: StepSnapshot | null;
  /** Events that had come before were looked for. */
  searched: boolean;
  costNano: number;
  costUnknown: boolean;
  usage: TokenUsage | null;
}

/** How the body of one item ended. */
export interface ItemEnd {
  readonly status: "completed" | "failed";
  readonly output: Json;
  readonly error: StepError | null;
}

/** The items of a step that executes one body for each, and how far it has come. */
export interface ItemsState {
  /** The variable that holds the item within its body. */
  readonly as: string;
  readonly values: readonly Json[];
  /** Index of the next item to begin with: bodies are opened in order. */
  opened: number;
  /** By index; a hole: not over yet. */
  readonly ends: ItemEnd[];
  /** The item that failed first, in order of time. */
  firstFailed: number | null;
  /** The body of the item that failed last, for a retry within it. */
  failedBody: Frame | null;
}

/** A step that is over or was given up, as far as a retry needs it. */
export interface StepSnapshot {
  readonly path: string;
  readonly stepId: string;
  readonly attempt: number;
  /** How many of its attempts came to nothing, see {@link ActiveStep}. */
  readonly untried: number;
  /** Of the parameters of its attempts; empty: it had none. */
  readonly paramsHash: string;
  /** It is not known whether its effect happened. */
  readonly isUnknown: boolean;
  /** The step itself if it executed bodies, and those that can continue. */
  readonly branchStep: ActiveStep | null;
  readonly bodies: readonly Frame[];
  /** When it ended or was given up. */
  readonly at: number;
}

/** What a step left in its body when it ended. */
export interface UndoEntry extends StepSnapshot {
  /** It failed, or perhaps had its effect: done again with equal parameters it keeps its key. */
  readonly keepsKey: boolean;
  readonly before: {
    readonly results: [string, StepResult | undefined][];
    readonly locals: [string, Json | undefined][];
    readonly lastOutput: Json;
  };
}

/** Why an execution does not continue although it could. */
export interface PauseState {
  readonly reason: HoldReason;
  /** Who paused. */
  readonly by: string | null;
  readonly since: number;
}

/** A retry of an execution that had ended. */
export interface Reopening {
  readonly by: string;
  readonly at: number;
  /** The step that was entered once more; `null`: it went on where it was. */
  readonly path: string | null;
  readonly asked: KeyedRequest | null;
  /** Variables that got other values. */
  readonly edits: readonly VariableEdit[];
  /** Steps that an admin had done again although they had their effect. */
  readonly again: readonly string[];
  /** Who answers for it besides `by`. */
  readonly answerable: readonly Answerable[];
}

/** An execution went on with another version. */
export interface Migration {
  readonly by: string;
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** Who answers for it besides `by`. */
  readonly answerable: readonly Answerable[];
}

/**
 * Something that leaves an execution. Delivered by inserts that can be repeated; the id follows
 * from what it is about.
 */
export type OutboxEntry =
  | { readonly kind: "start_child"; readonly id: string; readonly child: ChildStarted }
  | {
      readonly kind: "cancel_child";
      readonly id: string;
      readonly childId: string;
      readonly by: string;
      /** How it was to begin, if it is not known whether it did. */
      readonly start?: ChildStarted;
    };

/** `cancelled`: given up because the step that holds it was over before. */
export type FrameStatus = "open" | "completed" | "failed" | "cancelled";

/** A body being executed: the root or a branch. */
export interface Frame {
  readonly path: string;
  status: FrameStatus;
  /** When it has to be over; `null`: the run's own deadline. */
  due: number | null;
  /** How long it may take, by itself. */
  readonly allowedMs: number | null;
  /** Variables written in this body; at the root they are the run's own. */
  readonly locals: Record<string, Json>;
  /** The step to enter next; `null`: none left. */
  cursor: string | null;
  /** How often each step was entered. */
  readonly entries: Map<string, number>;
  /** Latest result of each step of this body, by step id. No prototype: any name is data. */
  readonly results: Record<string, StepResult>;
  /** The result that ended last: its output is the body's. */
  lastOutput: Json;
  /** The step now being executed, by path. */
  current: string | null;
  /** Set when a step of the body failed for good; with the variable that is null because of it. */
  failure: {
    readonly stepId: string;
    readonly error: StepError;
    readonly variable?: string;
  } | null;
  /** What ended in it, oldest first. */
  readonly undoLog: UndoEntry[];
  /** What was under way when it was given up. */
  stopped: StepSnapshot | null;
  /**
   * The step at the cursor was entered before: with equal parameters it continues under the same
   * key.
   */
  again: StepSnapshot | null;
}

export type ExecutionStatus =
  | "queued"
  | "running"
  | "waiting"
  | "completed"
  | "failed"
  | "cancelled";

/** Everything about an execution. Changed by `apply` alone. */
export interface ExecutionState {
  readonly start: ExecutionStarted;
  /** The version that it executes: the one with which it started, until it is migrated. */
  version: number;
  /** Which version of each named prompt it asks. */
  prompts: Readonly<Record<string, number>>;
  status: ExecutionStatus;
  /** Number of the last commit that was folded; 0 is the start. */
  rev: number;
  epoch: number;
  readonly variables: Record<string, Json>;
  readonly frames: Map<string, Frame>;
  readonly activeSteps: Map<string, ActiveStep>;
  readonly requests: Map<string, RequestState>;
  readonly steps: StepRecord[];
  readonly errors: AttemptError[];
  /** Requests that are not decided yet, by id. */
  readonly openRequests: Set<string>;
  /**
   * Active steps by what they do, without those that wait for their bodies: the status follows from
   * it.
   */
  readonly load: { running: number; waiting: number };
  /** Characters of all its events as JSON text: what it takes in the store and, mostly, in memory. */
  size: number;
  /** How many steps were entered, over all bodies. */
  entered: number;
  /**
   * Those of them that were entered before a person reopened the execution: they do not count
   * against the limit.
   */
  enteredBefore: number;
  /** When it has to be over. */
  deadline: number;
  readonly reopened: Reopening[];
  readonly migrations: Migration[];
  /**
   * Types of finished entries as they were executed, by path, where the version of now says
   * something else.
   */
  readonly formerTypes: Map<string, string>;
  /** It enters no step and begins no attempt. */
  paused: PauseState | null;
  /**
   * Where it waits for a slot, or has one: among the executions of its workflow with the same key.
   */
  queue: { readonly name: string; readonly slot: number | null } | null;
  /** Sum of the known prices: equal to that of the recorded calls. */
  spentNano: number;
  /**
   * Charged to the cap for calls of unknown price: what was reserved for them, less what is known.
   */
  unknownNano: number;
  /** Worst prices of what is under way. */
  reservedNano: number;
  /** By how much the owner raised the cap. */
  addedNano: number;
  costUnknown: boolean;
  /**
   * Worst prices of attempts that were given up while they ran, by `path:attempt`, until their
   * results come.
   */
  readonly abandonedAttempts: Map<string, number>;
  /** What children that were given up may spend, by their ids, until their ends are known. */
  readonly abandonedChildren: Map<string, number>;
  /** What has to be delivered to others, by id, until it is; in order. */
  readonly outbox: Map<string, OutboxEntry>;
  cancel: { readonly by: string; readonly at: number } | null;
  /**
   * Events that ended waits, each with the step: one that is entered again waits for another. The
   * newest thousand.
   */
  readonly consumed: Set<string>;
  /** Signals that were folded: a second delivery changes nothing. */
  readonly seen: Set<string>;
  output: Json;
  error: StepError | null;
  endedAt: number | null;
}

/** JSON is immutable already. */
type DeepReadonly<T> = [Json] extends [T]
  ? T
  : T extends ReadonlyMap<infer Key, infer Value>
    ? ReadonlyMap<Key, DeepReadonly<Value>>
    : T extends ReadonlySet<infer Member>
      ? ReadonlySet<Member>
      : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

/** The state as everything but the reducer gets it: a write to any part of it does not compile. */
export type ReadonlyState = DeepReadonly<ExecutionState>;
export type ReadonlyActiveStep = DeepReadonly<ActiveStep>;
export type ReadonlyFrame = DeepReadonly<Frame>;
export type ReadonlyRequest = DeepReadonly<RequestState>;
export type ReadonlyItems = DeepReadonly<ItemsState>;
export type ReadonlySnapshot = DeepReadonly<StepSnapshot>;

/** Path of the root body. */
export const ROOT = "";

/** True when the sum of the known prices is only a lower bound of what was spent. */
export function isCostUnknown(state: ReadonlyState): boolean {
  return state.costUnknown || state.abandonedAttempts.size > 0 || state.abandonedChildren.size > 0;
}

/** True when nothing can happen any more, short of reopening. */
export function isFinished(status: ExecutionStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}
