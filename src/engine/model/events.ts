import type { Json, JsonObject } from "../../shared/json.ts";
import type { Answerable, Exclusion } from "./answerable.ts";
import type {
  Edits,
  RequestDelegated,
  RequestEscalated,
  RequestOptions,
  RequestReminded,
  VoteWithdrawn,
} from "./requests.ts";

/**
 * The events of an execution, in the past tense. The log of an execution is a list of these; its
 * state is their fold.
 *
 * They are stored for years: a name or field is never changed or reused, only added. Times are
 * milliseconds since 1970 (UTC), money is an integer of nano-dollars, a `path` names one entry of a
 * step (`pay#1`, `notify#1/email/send#1`).
 */
export type ExecutionEvent =
  | ExecutionStarted
  | { readonly type: "execution_claimed"; readonly epoch: number; readonly worker: string }
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
  /** It is a bot that asked, so no person did. */
  readonly isBot?: true;
  /** Slack channel where it was asked for. */
  readonly channel?: string;
  /** Id of the event that started this one. */
  readonly event?: string;
  /** The execution whose end, or whose step, started this one. */
  readonly source?: string;
  /** How many executions have started each other up to this one; at most `MAX_CHAIN`. */
  readonly depth?: number;
  /**
   * SHA-256 of the canonical variables, when the start came with an idempotency key: distinguishes
   * a repeat from a reused key.
   */
  readonly bodyHash?: string;
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

/** The figures that a request for budget was opened with. */
export interface BudgetAsked {
  readonly stepId: string;
  readonly capNano: number;
  /** Known prices of the calls so far. */
  readonly spentNano: number;
  /**
   * Reserved under the cap: worst prices of calls under way and of calls of unknown price.
   */
  readonly heldNano: number;
  /** Worst price of the attempt that waits. */
  readonly neededNano: number;
  /** What the choice `add` adds. */
  readonly addNano: number;
  /** What the choice `cheaper` does. */
  readonly cheaper?: CheaperOption;
}

/** Another way to run a step, for less money. */
export interface CheaperOption {
  readonly model: string;
  /** Members of the step's parameters that change; null removes one. */
  readonly change: JsonObject;
  /** Worst price of one attempt then. */
  readonly reserveNano: number;
}

export interface TimerFired {
  readonly type: "timer_fired";
  readonly path: string;
  /** When it was due. */
  readonly due: number;
  readonly at: number;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly style?: "primary" | "danger";
  /** A comment may or has to be given with it; absent: none is asked for. */
  readonly comment?: "optional" | "required";
}

/** An approval request as it was opened. Immutable; the votes are events. */
export interface RequestOpened extends RequestOptions {
  /** The step's key: unique, and equal after a restart. */
  readonly id: string;
  readonly round: number;
  /**
   * First 16 hex digits of the SHA-256 of what is asked; a button carries it, so that a stale card
   * decides nothing.
   */
  readonly hash: string;
  readonly title: string;
  readonly message: string;
  /** Channel of the card; absent: the thread of the run's card. */
  readonly channel?: string;
  /** User ids (`U…`), user groups (`S…`, `@handle`), resolved when the click comes. */
  readonly approvers: readonly string[];
  /**
   * People, user groups and channels that get a copy of the card, besides the approvers who do not
   * see it.
   */
  readonly notify?: readonly string[];
  /** How many people have to choose a non-rejecting choice. */
  readonly required: number;
  /** Who may not decide: people, and groups whose members may not. */
  readonly excluded: readonly string[];
  /** The same with the reasons. Absent in old logs: there it is the starter alone. */
  readonly exclusions?: readonly Exclusion[];
  readonly choices: readonly Choice[];
  readonly openedAt: number;
  readonly expiresAt?: number;
  /** Asks whether an attempt had its effect, not for an approval. */
  readonly doubt?: { readonly stepId: string; readonly attempt: number };
  /** It asks for budget; absent: it is the request of an approval step. */
  readonly budget?: BudgetAsked;
  /** What a decision releases; absent: nothing, or it was asked by a release without seals. */
  readonly seal?: Seal;
  /** The decision that does not hold any more, and why; absent: it is asked for the first time. */
  readonly renews?: { readonly requestId: string | null; readonly changed: readonly Change[] };
}

/** What a decision is worth: what was known when it was asked, and what may be done with it. */
export interface Seal {
  /** Path of the approval step's entry. */
  readonly approval: string;
  /** Place of the step at which it was asked again; absent: asked by the approval step itself. */
  readonly from?: string;
  /** SHA-256 of the steps of the definition. */
  readonly definition: string;
  readonly releases: readonly Release[];
  /** Variables that the request shows or that its releases read; `*`: all. */
  readonly saw: readonly string[];
}

/** A step with an effect that a decision releases. */
export interface Release {
  readonly step: string;
  /** Where it stands in the definition. */
  readonly place: string;
  /** The choices that release it. */
  readonly choices: readonly string[];
  /** What it does, in one sentence made by code. */
  readonly does: string;
  /**
   * Its parameters; values that are filled later stand as marks (`showMarks` of `model/marks.ts`). `null`: they could
   * not be resolved, or are too large to be shown.
   */
  readonly params: JsonObject | null;
  /** What is filled later: the paths that it reads, and the step that fills each. */
  readonly later: readonly { readonly path: string; readonly by: string }[];
  /** What it and the steps before it read and what was known. */
  readonly facts: readonly Fact[];
  readonly when?: string;
  readonly strict?: boolean;
  /** SHA-256 of all this, with the whole values. */
  readonly hash: string;
}

/** A value that was known when a decision was asked. */
export interface Fact {
  /** As in a template: `variables.amount`. */
  readonly path: string;
  /** SHA-256 of the value, first 16 hex digits. */
  readonly hash: string;
  /** The value as JSON, shortened. */
  readonly text: string;
}

/** What is not as it was when a decision was asked. */
export interface Change {
  /** For people: a path, a parameter, "the workflow". */
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
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

export interface DecisionRecorded {
  readonly type: "decision_recorded";
  readonly path: string;
  readonly requestId: string;
  readonly by: string;
  readonly choice: string;
  readonly comment?: string;
  /** What it approves instead of the values that the request was opened with. */
  readonly edits?: Edits;
  /** Where it was made: `home`, or the id of a Slack conversation. */
  readonly via?: string;
  readonly signalId: string;
  readonly at: number;
}

export type RefusalReason =
  | "already_decided"
  | "already_voted"
  /** Others changed the values that this person saw. */
  | "edited"
  | "handed_over"
  /** There is no vote to withdraw. */
  | "not_voted"
  | "expired"
  | "cancelled"
  | "superseded";

export interface DecisionRefused {
  readonly type: "decision_refused";
  readonly requestId: string;
  readonly by: string;
  readonly reason: RefusalReason;
  readonly signalId: string;
  readonly at: number;
}

/**
 * A step with an effect was about to begin, and a decision that releases it does not hold any more: it
 * waits for another one. Nothing has happened.
 */
export interface DecisionVoided {
  readonly type: "decision_voided";
  /** Of the step that waits. */
  readonly path: string;
  readonly stepId: string;
  /** The decision that does not hold; `null`: there was none. */
  readonly requestId: string | null;
  readonly changed: readonly Change[];
  /** What is asked now. */
  readonly request: RequestOpened;
  readonly at: number;
}

/** A person decided on other values than were asked: what the decision releases with those. */
export interface DecisionSealed {
  readonly type: "decision_sealed";
  /** Of the step that waits for the decision. */
  readonly path: string;
  readonly requestId: string;
  readonly seal: Seal;
  readonly at: number;
}

/** What was decided when a decision was asked again. It replaces the output of the approval step. */
export interface DecisionRenewed {
  readonly type: "decision_renewed";
  /** Of the step that waits. */
  readonly path: string;
  readonly requestId: string;
  readonly output: Json;
  /** Variables that the deciders gave other values. */
  readonly edits?: Edits;
  readonly at: number;
}

/** The step that waited for a decision may begin: it is entered anew. */
export interface StepReleased {
  readonly type: "step_released";
  readonly path: string;
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

/** The step of another execution that started this one. */
export interface ParentStep {
  readonly executionId: string;
  readonly path: string;
  readonly attempt: number;
  /** It waits for the end, which is therefore sent to it. */
  readonly waits: boolean;
  /** A decision has released the start with these values: no person changes them afterwards. */
  readonly released?: boolean;
}

/**
 * A step starts another workflow: the run is inserted after this commit, again and again until it
 * is there.
 */
export interface ChildStarted {
  readonly type: "child_started";
  readonly path: string;
  readonly stepId: string;
  readonly attempt: number;
  /** Follows from the step's key: inserting it twice starts it once. */
  readonly childId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly variables: JsonObject;
  /** The step waits for the end; else it continues at once, and the child goes its own way. */
  readonly waits: boolean;
  /** A decision has released the start with these values. */
  readonly released?: boolean;
  /**
   * Most that the child may spend, held against the cap until it has ended; absent: it can cost
   * nothing.
   */
  readonly allottedNano?: number;
  readonly at: number;
}

/**
 * A step has found the workflow that it starts; the start waits until others have settled what they
 * hold of the cap.
 */
export interface ChildHeld {
  readonly type: "child_held";
  readonly path: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly child: ChildPlan;
  readonly at: number;
}

/** The end of an execution that a step of this one started and waits for. */
export interface ChildEnded {
  readonly type: "child_ended";
  readonly path: string;
  readonly attempt: number;
  readonly childId: string;
  readonly status: "completed" | "failed" | "cancelled";
  /** What it spent. Its own workflow's totals have it already. */
  readonly spentNano: number;
  readonly costUnknown?: boolean;
  readonly signalId: string;
  readonly at: number;
}

/**
 * Entries of the outbox were delivered and need not be delivered again. A note that needs no commit
 * of its own.
 */
export interface OutboxDelivered {
  readonly type: "outbox_delivered";
  readonly ids: readonly string[];
}

/** Which workflow a step asks for. */
export interface ChildRequest {
  readonly workflowId: string;
  /** Absent: the active one. */
  readonly version?: number;
  readonly variables: JsonObject;
}

/** A run that can be started: its version and inputs were checked. */
export interface ChildPlan {
  readonly workflowId: string;
  readonly version: number;
  readonly variables: JsonObject;
  /** Most that its definition lets it spend; 0: it has no step that can cost anything. */
  readonly capNano: number;
}

/**
 * What people and their settings do to an execution as a whole, besides cancelling it. As stable as
 * {@link ExecutionEvent}.
 */
export type ControlEvent =
  | ExecutionReopened
  | ExecutionMigrated
  | ExecutionHeld
  | ExecutionResumed
  | SlotAcquired;

/** A request that came with an idempotency key. */
export interface KeyedRequest {
  readonly key: string;
  /** SHA-256 of what was asked: distinguishes a repeat from a reused key. */
  readonly bodyHash: string;
}

/** A person retries an execution that failed or was cancelled. */
export interface ExecutionReopened {
  readonly type: "execution_reopened";
  /**
   * The entry that is done again, or the body that continues; absent: everything continues where it
   * was given up.
   */
  readonly path?: string;
  /** Variables that get other values. */
  readonly variables?: JsonObject;
  /** Steps that are done again although they had their effect, by their ids: an admin named them. */
  readonly again?: readonly string[];
  readonly by: string;
  /** Who answers for that besides `by`: the owner of a token. */
  readonly answerable?: readonly Answerable[];
  readonly asked?: KeyedRequest;
  readonly signalId: string;
  /** When it has to be over now. */
  readonly deadline: number;
  /** How it had ended: running totals take that back. */
  readonly ended: { readonly status: "failed" | "cancelled"; readonly at: number };
  readonly at: number;
}

/** A person moves a waiting execution to another version of its workflow. */
export interface ExecutionMigrated {
  readonly type: "execution_migrated";
  readonly version: number;
  /**
   * Steps that wait for a decision, and what is asked from now on; whatever was asked before
   * decides nothing any more.
   */
  readonly asked: readonly { readonly path: string; readonly request: RequestOpened }[];
  /**
   * Types of finished entries whose step the version does not have, or has with another type; by
   * path.
   */
  readonly formerTypes?: Readonly<Record<string, string>>;
  /** Versions of the named prompts that it did not ask before. */
  readonly prompts?: Readonly<Record<string, number>>;
  readonly by: string;
  /** Who answers for that besides `by`: the owner of a token, the deployer of the version. */
  readonly answerable?: readonly Answerable[];
  readonly signalId: string;
  readonly at: number;
}

/**
 * It enters no step and begins no attempt until it is resumed. What is under way ends; decisions
 * count; its time stands still.
 */
export interface ExecutionHeld {
  readonly type: "execution_held";
  readonly reason: HoldReason;
  /** Who paused. */
  readonly by?: string;
  /** The line in which it waits for a slot. */
  readonly line?: string;
  readonly at: number;
}

/** `slot`: as many as may run with this key do already. */
export type HoldReason = "pause" | "slot";

export interface ExecutionResumed {
  readonly type: "execution_resumed";
  readonly at: number;
}

/** It is one of those that may run with its key; it keeps the slot to its end. */
export interface SlotAcquired {
  readonly type: "slot_acquired";
  /** Workflow and key. */
  readonly line: string;
  readonly slot: number;
  readonly at: number;
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
