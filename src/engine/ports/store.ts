import type { Json } from "../../shared/json.ts";
import type { AnswerStore } from "./answers.ts";
import type { AuditStore } from "./audit.ts";
import type { BudgetStore, CallStore } from "./calls.ts";
import type { CardStore } from "./cards.ts";
import type { ChangeSource } from "./changes.ts";
import type { CredentialStore } from "./credentials.ts";
import type { EventStore } from "./events.ts";
import type {
  ExecutionStore,
  LeaseStore,
  LogStore,
  SignalStore,
  SlotStore,
  TotalsStore,
} from "./executions.ts";
import type { FileStore } from "./files.ts";
import type { PromptStore, SampleStore } from "./prompts.ts";
import type { RateLimitStore } from "./rate-limits.ts";
import type { RemovalStore } from "./removals.ts";
import type { TokenStore } from "./tokens.ts";
import type { DraftStore, WorkflowStore } from "./workflows.ts";

/**
 * Where state is kept. The interface promises only what every supported database can keep (MongoDB
 * without transactions is the measure): an insert on a unique id is atomic and decides who was
 * first; everything else may lag.
 *
 * Times are whole milliseconds since 1970 (UTC), given by the caller; money is an integer of
 * nano-dollars. Records go in and come out as deep copies, taken when the method is called, and as
 * JSON text gives them back: `-0` is `0`. `null` means "not found". Limits are at least 1.
 *
 * A read sees all writes of the same caller that have resolved, except what only rides along with
 * `commit`.
 *
 * Every method may throw {AppError} `store_unavailable` (retryable): the write may or may not have
 * happened, and doing it again with the same ids is safe.
 */
export interface Store extends ChangeSource, AsyncDisposable {
  /** What is behind it, for the log: `sqlite ./data/heddle.db`. Never a credential. */
  readonly description: string;

  readonly executions: ExecutionStore;
  readonly log: LogStore;
  readonly leases: LeaseStore;
  readonly totals: TotalsStore;
  readonly signals: SignalStore;
  readonly slots: SlotStore;
  readonly rateLimits: RateLimitStore;
  readonly events: EventStore;
  readonly dedupe: DedupeStore;
  readonly kv: KeyValueStore;
  readonly workflows: WorkflowStore;
  readonly drafts: DraftStore;
  readonly prompts: PromptStore;
  readonly samples: SampleStore;
  readonly calls: CallStore;
  readonly budgets: BudgetStore;
  readonly cards: CardStore;
  readonly audit: AuditStore;
  readonly files: FileStore;
  readonly removals: RemovalStore;
  readonly processes: ProcessStore;
  readonly tokens: TokenStore;
  readonly credentials: CredentialStore;
  readonly answers: AnswerStore;

  /**
   * Whether a newer version of the bot has brought the data into another form since the store was
   * opened. Writing on in the old form may do damage.
   *
   * @returns what to do, for the operator; `null`: it has not.
   */
  readUpgrade(): Promise<string | null>;
}

/** Keys of requests that must start one execution only. */
export interface DedupeStore {
  /**
   * @returns the execution id that was stored first under this key and has not expired: the given
   * one, or an earlier one.
   */
  claim(key: string, executionId: string, now: number, expiresAt: number): Promise<string>;
}

/**
 * Values by key: how far something recurring has come, such as the last poll of a database by a
 * trigger.
 */
export interface KeyValueStore {
  /** What was last written under this key; `null`: nothing. */
  get(key: string): Promise<Json>;
  /** The last write stands. */
  set(key: string, value: Json): Promise<void>;
  /** Removes what was written under this key, if anything was. */
  remove(key: string): Promise<void>;
  /** What was last written under the keys that begin with exactly `prefix`, in order of key. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: Json }[]>;
}

/** The processes that share a store. */
export interface ProcessStore {
  /** Records that a process is alive. */
  save(process: ProcessRecord): Promise<void>;
  /** By id. */
  list(): Promise<readonly ProcessRecord[]>;
  /**
   * Forgets a process unless it was seen again. @returns `true` to one of several callers at most.
   */
  remove(process: ProcessRecord): Promise<boolean>;
}

/** A process of the bot that is at work, or was until it died. */
export interface ProcessRecord {
  /** Its worker's. */
  readonly id: string;
  /** For people: host and process id. */
  readonly name: string;
  readonly startedAt: number;
  /** When it last said that it is alive. */
  readonly seenAt: number;
}
