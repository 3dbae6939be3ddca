import type { JsonObject } from "../../shared/json.ts";
import type { ExecutionEvent, ExecutionStarted } from "../model/events.ts";
import type { ExecutionStatus } from "../model/state.ts";
import type {
  DailyDimension,
  Totals,
  TotalsDelta,
  TotalsDimension,
  TotalsRow,
} from "../model/totals.ts";
import type { AuditRecord } from "./audit.ts";

/** The projections by which executions are found and listed. */
export interface ExecutionStore {
  /**
   * Creates an execution. Its state at revision 0 is the fold of `record.start`.
   *
   * @returns `false` if an execution with this id exists, or did and was removed; nothing is changed then.
   */
  insert(record: ExecutionRecord): Promise<boolean>;
  get(executionId: string): Promise<ExecutionRecord | null>;
  /**
   * Writes the projection of the log if it is not older than the stored one; releases the lease
   * with `owner: null`.
   */
  save(record: ExecutionRecord): Promise<void>;
  /**
   * Newest first by start; of one moment, the greatest id first. What is inserted between two pages
   * neither hides nor repeats what was there before.
   *
   * @throws {AppError} `input_invalid` naming `cursor` when it is not one of ours.
   */
  list(query: ExecutionRecordQuery): Promise<ExecutionRecordPage>;
  /** Those of a person that are over, the last to end first; of one moment, the greatest id first. */
  listEnded(startedBy: string, limit: number): Promise<readonly ExecutionRecord[]>;
  /** Ids that begin with exactly `prefix`, in order of id, at most `limit`. */
  findIds(prefix: string, limit: number): Promise<readonly string[]>;
}

/** The projection of an execution's log by which it is found, listed and claimed. */
export interface ExecutionRecord {
  readonly executionId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly status: ExecutionStatus;
  /** Revision of the log that this projection shows. */
  readonly rev: number;
  /**
   * When a worker must claim it: now if runnable, the lease's end if running, the nearest timer if
   * waiting; `null`: never.
   */
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

export interface ExecutionRecordQuery {
  readonly workflowId?: string;
  readonly status?: ExecutionStatus;
  /** One of these; not beside `status`. */
  readonly statuses?: readonly ExecutionStatus[];
  /** Number of the version that it executes. */
  readonly version?: number;
  /** Started from this moment on; milliseconds since 1970, as the others. */
  readonly startedFrom?: number;
  readonly startedBefore?: number;
  /** Over since this moment or later. */
  readonly endedFrom?: number;
  readonly endedBefore?: number;
  /** Slack user id of the person who started it. */
  readonly startedBy?: string;
  /** Labels that they all have, by name: those of `start.labels`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Only those that are not over. */
  readonly isUnderWay?: true;
  /** Only those that ask people something. */
  readonly isAsking?: true;
  /**
   * How many records are read to fill a page, where filters are combined that no index serves together. The page may then be
   * shorter, or empty, and yet have a cursor. @default as many as it takes
   */
  readonly maxLooked?: number;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface ExecutionRecordPage {
  readonly records: readonly ExecutionRecord[];
  readonly nextCursor: string | null;
}

/** The append-only log of each execution. */
export interface LogStore {
  /**
   * The commits after `afterRev`, in order, without gaps.
   *
   * @param limit - the first ones of them. @default all
   */
  read(executionId: string, afterRev: number, limit?: number): Promise<readonly Commit[]>;
  /**
   * Appends a commit. Durable when it resolves. The row `(executionId, rev)` is revision check and
   * fence together; the caller sees to it that `rev` follows on the last one.
   *
   * `record` and `settled` ride along: they are written with the commit or soon after, and may be
   * lost in a crash, since they follow from the log. `totals` are added exactly once, with the
   * commit or soon after; so are the records of `audit`. Repeating a commit with the same `commitId` succeeds and adds nothing.
   *
   * @throws {AppError} `store_conflict` when another commit has this revision: the caller has lost
   * the execution and stops.
   */
  commit(
    commit: Commit,
    record: ExecutionRecord,
    settled: readonly string[],
    totals?: readonly TotalsDelta[],
    audit?: readonly AuditRecord[],
  ): Promise<void>;
}

export interface Commit {
  readonly executionId: string;
  readonly rev: number;
  readonly epoch: number;
  /** Random; distinguishes a repeated commit from a lost race. */
  readonly commitId: string;
  readonly at: number;
  readonly events: readonly ExecutionEvent[];
}

/** Which worker owns which execution, and until when. */
export interface LeaseStore {
  /**
   * Leases executions that are due, the longest due first: sets `owner` and `due = leaseUntil`.
   *
   * Two callers may, on a weak database, both get one; `commit` then stops the later.
   */
  claimDue(claim: ClaimRequest): Promise<readonly ExecutionRecord[]>;
  /**
   * Leases one execution, due or not, unless a live lease of another worker is on it; `null` then,
   * or if it does not exist.
   */
  claim(executionId: string, claim: ClaimRequest): Promise<ExecutionRecord | null>;
  /** Moves the end of this worker's leases. */
  renew(worker: string, leaseUntil: number): Promise<void>;
  /**
   * The executions that this worker has a lease on: also those whose claim succeeded while its
   * answer was lost.
   */
  ownedBy(worker: string): Promise<readonly ExecutionRecord[]>;
  /** Ends this worker's leases: its executions become due `now`, for the next worker that polls. */
  release(worker: string, now: number): Promise<void>;
  /**
   * Ends all leases at once: every leased execution becomes due `now`, a finished one too, since
   * its end may not have been published. Forgets processes and the claims on cards. For the
   * one-process store at start; others do nothing.
   */
  voidAll(now: number): Promise<void>;
  /** When the next execution is due; `null` if none is up to and including `until`. */
  nextDue(until: number): Promise<number | null>;
}

export interface ClaimRequest {
  readonly worker: string;
  readonly now: number;
  readonly leaseUntil: number;
  /** For `claimDue`; ignored by `claim`. */
  readonly limit: number;
}

/** Running totals of executions. */
export interface TotalsStore {
  /**
   * Totals of the hours that begin from `from` up to, not including, `to`, by one dimension; of one
   * workflow, or of all. In order of workflow, hour and name. What the same caller committed is in
   * them.
   */
  read(query: TotalsQuery): Promise<readonly TotalsRow[]>;
  /**
   * Sums over whole days, UTC, from the day that begins at `from` up to, not including, the one that begins at `to`: by name,
   * or by day and name. In order of day and name. As current as what `read` answers.
   */
  sumDays(query: DaySumsQuery): Promise<readonly DaySum[]>;
}

export interface DaySumsQuery {
  readonly dimension: DailyDimension;
  readonly from: number;
  readonly to: number;
  readonly each: "name" | "day";
}

/** What was counted under one name, in one day or in all that were asked for. */
export interface DaySum extends Totals {
  /** The id of the workflow, or the name as in {@link TotalsDelta}. */
  readonly name: string;
  /** When the day began, UTC; by name: when the first one did. */
  readonly day: number;
}

export interface TotalsQuery {
  readonly dimension: TotalsDimension;
  readonly workflowId?: string;
  readonly name?: string;
  /** What names begin with; not together with `name`. */
  readonly prefix?: string;
  readonly from: number;
  readonly to: number;
}

/** What came from outside for executions. */
export interface SignalStore {
  /** @returns `false` if a signal with this id was ever stored: its first content stands. */
  insert(signal: Signal): Promise<boolean>;
  /** Signals not yet settled, oldest first, of one moment by id; of one execution, or of all. */
  pending(query: {
    readonly executionId?: string;
    readonly limit: number;
  }): Promise<readonly Signal[]>;
  /** Marks signals as folded; their ids stay taken. */
  settle(ids: readonly string[]): Promise<void>;
}

export const SIGNAL_KINDS = [
  "decision",
  "delegate",
  "withdraw_vote",
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

/**
 * Executions of which only so many may run at once: who has a slot, and who waits for one. A line
 * is named by workflow and key.
 */
export interface SlotStore {
  /** The slots of a line that are taken, by number. */
  list(line: string): Promise<readonly { readonly slot: number; readonly executionId: string }[]>;
  /**
   * An insert: of several at once exactly one gets it. @returns whether the execution has the slot
   * now, or had it before.
   */
  take(line: string, slot: number, executionId: string): Promise<boolean>;
  /** Frees a slot if this execution has it. */
  free(line: string, slot: number, executionId: string): Promise<void>;
  /** Puts an execution at the end of the queue; one that is queued keeps its place. */
  enqueue(place: {
    readonly line: string;
    readonly executionId: string;
    readonly at: number;
  }): Promise<void>;
  dequeue(line: string, executionId: string): Promise<void>;
  /** The first executions of the queue, by `at`, of one moment by id. */
  peek(line: string, limit: number): Promise<readonly string[]>;
  /** The lines in which executions wait or have slots, in order of name, from behind `after` on. */
  listLines(query: { readonly after: string; readonly limit: number }): Promise<readonly string[]>;
}
