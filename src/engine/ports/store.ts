import type { Json, JsonObject } from "../../shared/json.ts";
import type { ExecutionEvent, ExecutionStarted } from "../model/events.ts";
import type { ExecutionStatus } from "../model/state.ts";
import type { BudgetStore } from "./budget-records.ts";
import type { ChangeSource } from "./changes.ts";
import type { DraftRecord } from "./draft-record.ts";
import type { EventStore } from "./event-records.ts";
import type { ModelMessage, TokenUsage } from "./model.ts";
import type {
  PromptCall,
  PromptRecord,
  PromptVersionId,
  PromptVersionRecord,
  SampleRecord,
} from "./prompt-records.ts";
import type { SharedWork } from "./shared-work.ts";
import type { SlotStore } from "./slot-records.ts";

export type { DraftRecord };

/**
 * Where state is kept. The interface promises only what every supported database can keep (MongoDB without transactions
 * is the measure): an insert on a unique id is atomic and tells who was first; everything else may lag.
 *
 * Times are whole milliseconds since 1970 (UTC), given by the caller; money is an integer of nano-dollars. Records go in and
 * come out as deep copies, taken when the method is called, and as JSON text gives them back: `-0` is `0`. `null` means "not
 * found". Limits are at least 1.
 *
 * A read sees all writes of the same caller that have resolved, except what only rides along with `commit`.
 *
 * Every method may throw {AppError} `store_unavailable` (retryable): the write may or may not have happened, and doing it
 * again with the same ids is safe.
 */
export interface Store
  extends BudgetStore,
    ChangeSource,
    AsyncDisposable,
    SharedWork,
    EventStore,
    SlotStore {
  /** What is behind it, for the log: `sqlite ./data/heddle.db`. Never a credential. */
  readonly description: string;

  /**
   * Creates an execution. Its state at revision 0 is the fold of `head.start`.
   *
   * @returns `false` if an execution with this id exists; nothing is changed then.
   */
  insertHead(head: ExecutionRecord): Promise<boolean>;
  readHead(executionId: string): Promise<ExecutionRecord | null>;
  /** The commits after `afterRev`, in order, without gaps. */
  readLog(executionId: string, afterRev: number): Promise<readonly Commit[]>;
  /**
   * Appends a commit. Durable when it resolves. The row `(executionId, rev)` is revision check and fence together; that `rev`
   * follows on the last one is the caller's care.
   *
   * `head` and `settled` ride along: they are written with the commit or soon after, and may be lost in a crash, since they
   * follow from the log. `totals` are added exactly once, with the commit or soon after. Repeating a commit with the same
   * `commitId` succeeds and adds nothing.
   *
   * @throws {AppError} `store_conflict` when another commit has this revision: the caller has lost the execution and stops.
   */
  commit(
    commit: Commit,
    head: ExecutionRecord,
    settled: readonly string[],
    totals?: readonly TotalsDelta[],
  ): Promise<void>;
  /**
   * Running totals of the hours that begin from `from` up to, not including, `to`, by one dimension; of one workflow, or of all. In
   * order of workflow, hour and name. What was committed by the same caller is in them.
   */
  readTotals(query: TotalsQuery): Promise<readonly TotalsRow[]>;
  /** Writes the projection of the log if it is not older than the stored one; releases the lease with `owner: null`. */
  writeHead(head: ExecutionRecord): Promise<void>;
  /**
   * Leases executions that are due, the longest due first: sets `owner` and `due = leaseUntil`.
   *
   * Two callers may, on a weak database, both get one; `commit` then stops the later.
   */
  claimDue(claim: ClaimRequest): Promise<readonly ExecutionRecord[]>;
  /** Leases one execution, due or not, unless a live lease of another worker is on it; `null` then, or if it does not exist. */
  claim(executionId: string, claim: ClaimRequest): Promise<ExecutionRecord | null>;
  /** Moves the end of this worker's leases. */
  renewLeases(worker: string, leaseUntil: number): Promise<void>;
  /** The executions that this worker has a lease on: also those whose claim succeeded while its answer was lost. */
  leasedBy(worker: string): Promise<readonly ExecutionRecord[]>;
  /** Ends this worker's leases: what it held becomes due `now`, for whoever looks first. */
  releaseLeases(worker: string, now: number): Promise<void>;
  /** Ends all leases at once: every execution that was leased becomes due `now`, a finished one too: somebody was telling others of its end. Forgets processes and who has which cards. For the one-process store at start; others do nothing. */
  voidLeases(now: number): Promise<void>;
  /** When the next execution is due; `null` if none is up to and including `until`. */
  nextDue(until: number): Promise<number | null>;
  /**
   * Newest first by start; of one moment, the greatest id first. What is inserted while somebody turns the pages neither hides nor
   * repeats what was there before.
   *
   * @throws {AppError} `input_invalid` naming `cursor` when it is not one of ours.
   */
  listHeads(query: ExecutionRecordQuery): Promise<ExecutionRecordPage>;
  /** Ids that begin with exactly `prefix`, in order of id, at most `limit`. */
  findExecutionIds(prefix: string, limit: number): Promise<readonly string[]>;

  /** @returns `false` if a signal with this id was ever stored: its first content stands. */
  insertSignal(signal: Signal): Promise<boolean>;
  /** Signals not yet settled, oldest first, of one moment by id; of one execution, or of all. */
  pendingSignals(query: {
    readonly executionId?: string;
    readonly limit: number;
  }): Promise<readonly Signal[]>;
  /** Marks signals as folded; their ids stay taken. */
  settleSignals(ids: readonly string[]): Promise<void>;

  /** @returns `false` if the number is taken. */
  insertVersion(version: VersionRecord): Promise<boolean>;
  readVersion(workflowId: string, version: number): Promise<VersionRecord | null>;
  /** Newest number first, without the definitions. */
  listVersions(workflowId: string): Promise<readonly VersionSummary[]>;
  readWorkflow(workflowId: string): Promise<WorkflowRecord | null>;
  /** By id. */
  listWorkflows(): Promise<readonly WorkflowRecord[]>;
  /** Replaces the workflow with this id, or stores it. */
  writeWorkflow(workflow: WorkflowRecord): Promise<void>;

  /** @returns the execution id that was stored first under this key and has not expired: the given one, or an earlier one. */
  dedupe(key: string, executionId: string, now: number, expiresAt: number): Promise<string>;

  /** What was last written under this key; `null`: nothing. */
  readMark(key: string): Promise<Json>;
  /** What was last written under the keys that begin with exactly `prefix`, in order of key. */
  listMarks(prefix: string): Promise<readonly { readonly key: string; readonly value: Json }[]>;
  /** Remembers how far something recurring has come, such as the last look of a trigger at a database. The last write stands. */
  writeMark(key: string, value: Json): Promise<void>;

  /** A repeat of the same id is ignored. */
  insertCall(call: CallRecord): Promise<void>;
  readCall(id: string): Promise<CallRecord | null>;
  /** In order of time, of one moment by id. */
  listCalls(executionId: string): Promise<readonly CallRecord[]>;
  /** The newest calls that asked one version of a named prompt, newest first, of one moment the greatest id. */
  listPromptCalls(prompt: PromptVersionId, limit: number): Promise<readonly PromptCall[]>;

  /** @returns `false` if the number is taken: its text never changes. */
  insertPromptVersion(version: PromptVersionRecord): Promise<boolean>;
  readPromptVersion(name: string, version: number): Promise<PromptVersionRecord | null>;
  /** Newest number first. */
  listPromptVersions(name: string): Promise<readonly PromptVersionRecord[]>;
  readPrompt(name: string): Promise<PromptRecord | null>;
  /** By name. */
  listPrompts(): Promise<readonly PromptRecord[]>;
  /** Replaces the prompt with this name, or stores it. */
  writePrompt(prompt: PromptRecord): Promise<void>;

  /** Replaces the sample with this id, or stores it. */
  writeSample(sample: SampleRecord): Promise<void>;
  /** In order of time, of one moment by id; of one workflow, or of what one version of a named prompt decided. */
  listSamples(
    of: { readonly workflowId: string } | { readonly prompt: PromptVersionId },
  ): Promise<readonly SampleRecord[]>;
  /** What the calls recorded for a workflow cost from `from` up to, not including, `to`; in order of time, of one moment by id. */
  listCallCosts(query: CallCostQuery): Promise<readonly CallCost[]>;

  /** @returns `false` if there is one with this id. */
  insertCard(card: CardRecord): Promise<boolean>;
  readCard(id: string): Promise<CardRecord | null>;
  /** By id. */
  listCards(executionId: string): Promise<readonly CardRecord[]>;
  /** Ids of executions with a card that is not final, each once. */
  listUnfinishedCards(limit: number): Promise<readonly string[]>;
  /** Replaces the card with this id, or stores it. */
  writeCard(card: CardRecord): Promise<void>;

  /** @returns `false` if there is one with this id. */
  insertDraft(draft: DraftRecord): Promise<boolean>;
  readDraft(id: string): Promise<DraftRecord | null>;
  /** The newest draft of a thread by `createdAt`, of one moment the greatest id. */
  findDraft(channel: string, threadTs: string): Promise<DraftRecord | null>;
  /** Replaces the draft with this id, or stores it. */
  writeDraft(draft: DraftRecord): Promise<void>;
}

/** The projection of an execution's log by which it is found, listed and claimed. */
export interface ExecutionRecord {
  readonly executionId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly status: ExecutionStatus;
  /** Revision of the log that this projection shows. */
  readonly rev: number;
  /** When somebody must look: now if runnable, the lease's end if running, the nearest timer if waiting; `null`: never. */
  readonly due: number | null;
  /** The worker that holds the lease. */
  readonly owner: string | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly waitingOn: readonly string[];
  /** Ids of open requests. */
  readonly openRequests: readonly string[];
  readonly costNano: number;
  readonly costUnknown: boolean;
  /** The event that began it: revision 0. */
  readonly start: ExecutionStarted;
}

export interface Commit {
  readonly executionId: string;
  readonly rev: number;
  readonly epoch: number;
  /** Random; tells a repeated commit from a lost race. */
  readonly commitId: string;
  readonly at: number;
  readonly events: readonly ExecutionEvent[];
}

/** What happened in one hour, as numbers that add up. */
export interface Totals {
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Sum of the durations of executions that completed, in milliseconds. */
  readonly durationMs: number;
  readonly costNano: number;
  /** Entries of steps whose price is not known in full; by model and prompt: calls. */
  readonly costUnknown: number;
  /** Calls of models. */
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/**
 * By what the running totals are kept. Each dimension counts the same money once. `workflow`, `version` and `person` count
 * executions; `step` counts entries of steps as `started`, and how they ended; `model` and `prompt` count calls alone.
 */
export type TotalsDimension = "workflow" | "version" | "person" | "step" | "model" | "prompt";

/** A change of the running totals of one workflow in one hour, by one dimension. */
export interface TotalsDelta extends Totals {
  readonly workflowId: string;
  readonly dimension: TotalsDimension;
  /**
   * The number of the version, the Slack user id of who started it, the step's id, the model, the prompt and its version
   * (`triage@3`). Empty for the workflow itself, and for what nobody started.
   */
  readonly name: string;
  /** When the hour began, UTC. */
  readonly hour: number;
}

export type TotalsRow = TotalsDelta;

export interface TotalsQuery {
  readonly dimension: TotalsDimension;
  readonly workflowId?: string;
  readonly name?: string;
  readonly from: number;
  readonly to: number;
}

export interface ClaimRequest {
  readonly worker: string;
  readonly now: number;
  readonly leaseUntil: number;
  /** For `claimDue`; ignored by `claim`. */
  readonly limit: number;
}

export interface ExecutionRecordQuery {
  readonly workflowId?: string;
  readonly status?: ExecutionStatus;
  /** Slack user id of who started it. */
  readonly startedBy?: string;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface ExecutionRecordPage {
  readonly records: readonly ExecutionRecord[];
  readonly nextCursor: string | null;
}

export const SIGNAL_KINDS = [
  "decision",
  "cancel",
  "retry",
  "migrate",
  "slot",
  "child_ended",
  "event",
] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];

/** Something from outside that an execution may be waiting for. */
export interface Signal {
  /** Unique over all signals: a repeat is recognized by it. */
  readonly id: string;
  readonly executionId: string;
  readonly kind: SignalKind;
  readonly payload: JsonObject;
  readonly at: number;
}

export interface VersionSummary {
  readonly workflowId: string;
  readonly version: number;
  /** SHA-256 of the canonical definition without `version`. */
  readonly contentHash: string;
  readonly deployedBy: string;
  readonly deployedAt: number;
}

export interface VersionRecord extends VersionSummary {
  readonly definition: JsonObject;
}

export interface WorkflowRecord {
  readonly workflowId: string;
  readonly name: string;
  readonly activeVersion: number;
  /** Content hash that each file of the workflows folder last deployed, by file name. */
  readonly files: Readonly<Record<string, string>>;
  readonly updatedAt: number;
}

/** One call of a model, whole: the audit, and the memory that keeps a recovery from calling again. */
export interface CallRecord {
  /** `stepKey:attempt:n`. */
  readonly id: string;
  readonly executionId: string;
  readonly workflowId: string;
  readonly stepId: string;
  readonly at: number;
  readonly model: string;
  readonly messages: readonly ModelMessage[];
  /** Slack user id of whoever asked for it, if no execution tells. */
  readonly by?: string;
  /** How often the attempt had been begun again when this call was made; absent: never. */
  readonly recoveries?: number;
  /** The response body as received. */
  readonly response: Json;
  readonly text: string;
  /** What was understood; absent when the answer was invalid. */
  readonly value?: Json;
  readonly reason?: string;
  readonly confidence?: number;
  /** The named prompt that was asked; absent: the prompt stands in the definition. */
  readonly prompt?: PromptVersionId;
  /** Why the answer was not used. */
  readonly problem?: string;
  readonly usage?: TokenUsage;
  /** `null`: unknown model or no usage reported. */
  readonly costNano: number | null;
  readonly priceVersion: string;
  readonly latencyMs: number;
}

export interface CallCostQuery {
  readonly workflowId: string;
  readonly from: number;
  readonly to: number;
}

/** What is told of a call where only its cost matters. */
export type CallCost = Pick<
  CallRecord,
  "id" | "at" | "model" | "by" | "usage" | "costNano" | "priceVersion"
>;

/** One copy of something shown in Slack: the run's card, an approval card, a line in the thread. */
export interface CardRecord {
  /** `executionId:surface`, stable over restarts. */
  readonly id: string;
  readonly executionId: string;
  readonly channel: string;
  /** Slack's time stamp of the message; `null`: not posted yet, or the answer was lost. */
  readonly ts: string | null;
  /** Hash of what was shown last; `null`: nothing yet. */
  readonly shown: string | null;
  /** Will not change any more and was shown as it stays. */
  readonly final: boolean;
}
