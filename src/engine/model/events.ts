import type { Json, JsonObject } from "../../shared/json.ts";
import type { Surface } from "./actor.ts";
import type { Answerable } from "./answerable.ts";
import type { ChildEnded, ChildHeld, ChildStarted, ParentStep } from "./children.ts";
import type { ControlEvent } from "./control.ts";
import type {
  DecisionRecorded,
  DecisionRefused,
  DecisionRenewed,
  DecisionSealed,
  DecisionVoided,
  Edits,
  RequestDelegated,
  RequestEscalated,
  RequestOpened,
  RequestReminded,
  StepReleased,
  VoteWithdrawn,
} from "./requests.ts";

/**
 * The events of an execution, in the past tense. The log of an execution is a list of these; its
 * state is their fold.
 *
 * They are stored for years: a name or field is never changed or reused, only added. Times are
 * milliseconds since 1970 (UTC), money is an integer of nano-dollars, a `path` names one entry of a
 * step (`pay#1`, `notify#1/email/send#1`). The same holds for those that stand in files of their own:
 * of requests (`requests.ts`), of runs that a step starts (`children.ts`), and of what is done to an
 * execution as a whole (`control.ts`).
 */
export type ExecutionEvent =
  | ExecutionStarted
  | { readonly type: "execution_claimed"; readonly epoch: number; readonly worker: string }
  | ExecutionReleased
  | CancelRequested
  | StepStarted
  | StepAttemptFailed
  | StepWaiting
  | BudgetRequested
  | BudgetChanged
  | FramesOpened
  | FrameOpened
  | FrameClosed
  | StepCompleted
  | StepSkipped
  | StepFailed
  | DecisionRecorded
  | DecisionRefused
  | DecisionVoided
  | DecisionSealed
  | DecisionRenewed
  | StepReleased
  | RequestReminded
  | RequestEscalated
  | RequestDelegated
  | VoteWithdrawn
  | LateResult
  | TimerFired
  | ChildHeld
  | ChildStarted
  | ChildEnded
  | OutboxDelivered
  | OutcomeAsked
  | OutcomeTold
  | EventReceived
  | EventsSearched
  | AttemptOutlived
  | { readonly type: "signal_received"; readonly signalId: string; readonly at: number }
  | { readonly type: "execution_completed"; readonly output: Json; readonly at: number }
  | { readonly type: "execution_failed"; readonly error: StepError; readonly at: number }
  | {
      readonly type: "execution_cancelled";
      /** Why it ended so without a person who cancelled it. */
      readonly error?: StepError;
      readonly at: number;
    }
  | ControlEvent;

/**
 * Most executions that may start each other in a chain: two workflows that wait for each other must
 * end some time. Enforced where one starts another: `executions/child-executions.ts` for steps,
 * `triggers/event-bus.ts` for events.
 */
export const MAX_CHAIN = 10;

/** What started an execution. */
export interface Trigger {
  /** `slash`, `api`, `manual`, `webhook`, `schedule`, … */
  readonly type: string;
  /** The trigger's id in the definition, if it is one of the definition's. */
  readonly id?: string;
  /** Slack user id of the person who asked for the run. */
  readonly userId?: string;
  /** From where they asked, if neither type nor id says so. */
  readonly from?: Surface;
  /** It is a bot that asked, so no person did. */
  readonly isBot?: true;
  /** Slack channel where it was asked for. */
  readonly channel?: string;
  /** Id of the event that started this one. */
  readonly event?: string;
  /** The execution whose end, or whose step, started this one. */
  readonly source?: string;
  /** The step of `source` that published the event and chose its payload; absent: no step did. */
  readonly sourceStep?: string;
  /** How many executions have started each other up to this one; at most `MAX_CHAIN`. */
  readonly depth?: number;
  /** The execution that the chain began with. Absent: this one, or an old log. */
  readonly root?: string;
  /**
   * SHA-256 of the canonical variables, when the start came with an idempotency key: distinguishes
   * a repeat from a reused key.
   */
  readonly bodyHash?: string;
  /** Of a start over the API: the header of that name, by which the caller says to what trace it belongs. */
  readonly traceparent?: string;
  /** Of a webhook: the headers of the request by lower-case name, without those that prove or hold something secret. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a webhook: the parameters of its query; a name that is repeated has a list. */
  readonly query?: JsonObject;
  /** Of a webhook: the texts for which the parameters of its path stand. */
  readonly params?: Readonly<Record<string, string>>;
}

/** Where the run is shown in Slack: absent means that it is not. */
export interface ReportTarget {
  readonly channel: string;
  readonly on: "all" | "failure";
  /** Slack's time stamp of the message in whose thread it is shown. */
  readonly threadTs?: string;
}

export interface ExecutionStarted {
  readonly type: "execution_started";
  readonly executionId: string;
  readonly workflowId: string;
  readonly workflowName: string;
  readonly version: number;
  readonly trigger: Trigger;
  readonly variables: JsonObject;
  readonly report?: ReportTarget;
  /** What it is found by, computed at its start; absent: its definition gives none. */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Random: what no outsider can compute is made from it, such as the fences of prompts. Absent
   * in old logs.
   */
  readonly salt?: string;
  /** The step that started it, if one did. */
  readonly parent?: ParentStep;
  /**
   * Which version of each named prompt it asks, for its whole life; absent: its definition names
   * none.
   */
  readonly prompts?: Readonly<Record<string, number>>;
  /** When the whole execution has to be over. */
  readonly deadline: number;
  /**
   * The most that it may spend, if that is less than its definition allows: what the execution that
   * started it allotted.
   */
  readonly capNano?: number;
  /** The worker of the process by whose clock it has its time. Absent in old logs. */
  readonly process?: string;
  /**
   * Who besides the starter answers for it: people of the runs that led to it, the owner of a
   * token, the deployer. Absent: no person, or an old log.
   */
  readonly answerable?: readonly Answerable[];
  readonly at: number;
}

/** Its worker was asked to stop and gives it back: the attempts under way were stopped by no fault of theirs. */
export interface ExecutionReleased {
  readonly type: "execution_released";
  readonly epoch: number;
  readonly at: number;
}

export interface CancelRequested {
  readonly type: "execution_cancel_requested";
  readonly by: string;
  readonly signalId: string;
  readonly at: number;
}

/** A stored error: no stack, nothing that may not be shown. */
export interface StepError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface StepStarted {
  readonly type: "step_started";
  readonly path: string;
  readonly stepId: string;
  readonly attempt: number;
  /**
   * The resolved parameters, without secrets; in the first attempt only, later ones use the same.
   */
  readonly params?: JsonObject;
  /** SHA-256 of `params`. */
  readonly paramsHash?: string;
  /** Worst price of the attempt, held against the cap until the result is known. */
  readonly reservedNano?: number;
  readonly at: number;
}

/** What the calls of one attempt cost and said. */
export interface AttemptCost {
  /** Known part of the price; `0` for what costs nothing. */
  readonly costNano: number;
  /** True when some call has no known price: the total is then a lower bound. */
  readonly costUnknown?: boolean;
  readonly usage?: TokenUsage;
  /** The same by model and prompt. */
  readonly charges?: readonly ModelCharge[];
  /** The calls were not added up yet: a `late_result` brings what they cost. */
  readonly costPending?: boolean;
}

/** What the calls of one model with one prompt cost. */
export interface ModelCharge {
  /** As the definition names it. */
  readonly model: string;
  /** Stored prompt and its version, `triage@3`; absent: the definition holds the prompt itself. */
  readonly prompt?: string;
  readonly calls: number;
  /** Sum of the known prices. */
  readonly costNano: number;
  /** Calls without a known price. */
  readonly unknown: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface StepAttemptFailed extends AttemptCost {
  readonly type: "step_attempt_failed";
  readonly path: string;
  readonly attempt: number;
  readonly error: StepError;
  /** `unknown`: the effect may have happened. */
  readonly outcome: "failed" | "unknown";
  /** When the next attempt is due. */
  readonly retryAt: number;
  readonly at: number;
}

export type WaitReason = "approval" | "timer" | "budget" | "child" | "event" | "person";

export interface StepWaiting {
  readonly type: "step_waiting";
  readonly path: string;
  readonly stepId: string;
  readonly on: WaitReason;
  /** When the wait ends by itself; absent: never. */
  readonly due?: number;
  readonly request?: RequestOpened;
  /** Name of the event that ends the wait. */
  readonly event?: string;
  readonly at: number;
}

/**
 * The worst price of an attempt does not fit under the cap any more: it waits, and the owner is
 * asked. A step that has not been entered yet is entered with this event.
 */
export interface BudgetRequested {
  readonly type: "budget_requested";
  readonly path: string;
  readonly stepId: string;
  /** The attempt that begins when there is room for it. */
  readonly attempt: number;
  /** As in `step_started`: only when the step is entered with this event. */
  readonly params?: JsonObject;
  readonly paramsHash?: string;
  /** Worst price of one attempt. */
  readonly reserveNano: number;
  readonly request: RequestOpened;
  readonly at: number;
}

/**
 * What ended the wait for budget; the attempt then begins if it fits, else the owner is asked anew.
 */
export interface BudgetChanged {
  readonly type: "budget_changed";
  readonly path: string;
  readonly requestId: string;
  /**
   * What the owner chose; `room`: no choice was needed, because other calls turned out cheaper than
   * they might have.
   */
  readonly choice: BudgetChoice | "room";
  readonly by?: string;
  /** `add`: by how much the cap is raised. */
  readonly addedNano?: number;
  /** `cheaper`: members of the step's parameters that change; null removes one. */
  readonly change?: JsonObject;
  /** SHA-256 of the parameters after that change. */
  readonly paramsHash?: string;
  /** Worst price of one attempt after that change. */
  readonly reserveNano?: number;
  readonly at: number;
}

export type BudgetChoice = "add" | "cheaper" | "stop";

export interface TimerFired {
  readonly type: "timer_fired";
  readonly path: string;
  /** When it was due. */
  readonly due: number;
  readonly at: number;
}

export interface StepCompleted extends AttemptCost {
  readonly type: "step_completed";
  readonly path: string;
  readonly stepId: string;
  readonly output: Json;
  readonly rawOutput?: string;
  readonly reason?: string;
  readonly confidence?: number;
  /** Name of the variable that takes the output, too. */
  readonly outputVariable?: string;
  /** Variables that the people who decided changed, as their request allowed. */
  readonly edited?: { readonly requestId: string; readonly values: Edits };
  /** The step that follows in the same body; `null`: the body ends. */
  readonly next: string | null;
  readonly at: number;
}

export interface StepSkipped extends AttemptCost {
  readonly type: "step_skipped";
  readonly path: string;
  readonly stepId: string;
  readonly error: StepError;
  /** It is not known whether the last attempt had its effect. */
  readonly outcomeUnknown?: boolean;
  /** Name of the variable that becomes null. */
  readonly outputVariable?: string;
  readonly next: string | null;
  readonly at: number;
}

export interface StepFailed extends AttemptCost {
  readonly type: "step_failed";
  readonly path: string;
  readonly stepId: string;
  readonly error: StepError;
  /** It is not known whether the last attempt had its effect. */
  readonly outcomeUnknown?: boolean;
  /** Name of the variable that becomes null. Absent in old logs: it kept its value. */
  readonly outputVariable?: string;
  /** The fallback step, if the definition has one; absent: the body fails. */
  readonly next?: string;
  readonly at: number;
}

/** A result that came after its step was over: it adds cost and audit, nothing else. */
export interface LateResult extends AttemptCost {
  readonly type: "late_result";
  readonly path: string;
  readonly attempt: number;
  readonly at: number;
}

export interface TokenUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens?: number;
}

/**
 * Entries of the outbox were delivered and need not be delivered again. A note that needs no commit
 * of its own.
 */
export interface OutboxDelivered {
  readonly type: "outbox_delivered";
  readonly ids: readonly string[];
}

/** A step was entered that executes bodies of its own. */
export interface FramesOpened {
  readonly type: "frames_opened";
  readonly path: string;
  readonly stepId: string;
  readonly frames: readonly {
    readonly id: string;
    /** The step that the body begins with. */
    readonly first: string;
    /** When it has to be over. */
    readonly due?: number;
  }[];
  /**
   * The list whose items have a body each; `frames` has the first of them, their ids are indexes.
   */
  readonly items?: readonly Json[];
  /** The variable that holds the item within its body. */
  readonly as?: string;
  readonly at: number;
}

/** One more body of a step was begun: that of the next item. */
export interface FrameOpened {
  readonly type: "frame_opened";
  /** Of the body. */
  readonly path: string;
  /** The step that the body begins with. */
  readonly first: string;
  readonly at: number;
}

/** A body is over: what it had under way is given up. */
export interface FrameClosed {
  readonly type: "frame_closed";
  readonly path: string;
  readonly status: "completed" | "failed";
  readonly error?: StepError;
  readonly at: number;
}

/** An event ended the wait of a step. */
export interface EventReceived {
  readonly type: "event_received";
  readonly path: string;
  readonly eventId: string;
  readonly name: string;
  /** Absent: it was found when the step looked back. */
  readonly signalId?: string;
  readonly at: number;
}

/**
 * An attempt that was begun again after its process had ended has been under way for a while, and now others of the kind begin beside it:
 * an end of the process from here on does not point to it more than to them.
 */
export interface AttemptOutlived {
  readonly type: "attempt_outlived";
  readonly path: string;
  readonly at: number;
}

/**
 * A step looked for events that had come before it began to wait. A note that needs no commit of
 * its own.
 */
export interface EventsSearched {
  readonly type: "events_searched";
  readonly path: string;
}

/** An event as steps and their conditions see it. */
export interface NamedEvent {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly payload: { readonly [key: string]: Json };
}

/**
 * It is not known whether an attempt had its effect, and its policy is to ask: the step waits for a
 * person.
 */
export interface OutcomeAsked extends AttemptCost {
  readonly type: "outcome_asked";
  readonly path: string;
  readonly attempt: number;
  readonly error: StepError;
  readonly request: RequestOpened;
  readonly at: number;
}

/** What a person says of an attempt of unknown outcome. */
export type OutcomeChoice = "happened" | "again" | "fail";

/** A person has answered. What follows for the step is an event of its own. */
export interface OutcomeTold {
  readonly type: "outcome_told";
  readonly path: string;
  readonly requestId: string;
  readonly by: string;
  readonly choice: OutcomeChoice;
  readonly at: number;
}
