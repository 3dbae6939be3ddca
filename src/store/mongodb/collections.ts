import type { Binary, Collection, Db } from "mongodb";
import type { ExecutionStatus } from "../../engine/model/state.ts";
import type { TotalsDimension } from "../../engine/model/totals.ts";
import type { Signal } from "../../engine/ports/executions.ts";
import type { RecordCollection } from "../records.ts";

/** Form of the documents that this version writes; it stands in each of them. */
export const SCHEMA_VERSION = 1;

interface Stored {
  readonly _id: string;
  readonly schemaVersion: number;
}

/**
 * A document that is inserted once. The mark distinguishes a repeat after a lost answer from a lost
 * race.
 */
export interface Inserted extends Stored {
  readonly insertId: string;
}

/** A record as `src/store/records.ts` describes it. */
export interface RecordDocument extends Stored {
  readonly insertId?: string;
  readonly [field: string]: unknown;
}

/**
 * JSON text: keys with dots and dollar signs, numbers and halves of characters survive in it as
 * they are.
 */
type JsonText = string;

/**
 * `_id`: the execution. What is `null` in the record and is found through an index is absent here.
 */
export interface HeadDocument extends Inserted {
  readonly workflow: string;
  readonly version: number;
  readonly status: ExecutionStatus;
  readonly rev: number;
  readonly due?: Date;
  readonly owner?: string;
  /** Distinguishes one claim of many executions from another. */
  readonly claim?: string;
  readonly startedAt: Date;
  readonly startedBy?: string;
  /** `name=value` of each. */
  readonly labels?: readonly string[];
  readonly endedAt?: Date;
  readonly waitingOn: readonly string[];
  readonly openRequests: readonly string[];
  readonly costNano: number;
  readonly costUnknown: boolean;
  readonly start: JsonText;
  /** The log may hold totals after `totalsRev`. */
  readonly totalsPending?: true;
  /** Revision up to which the log is in the running totals. @default 0 */
  readonly totalsRev?: number;
}

/**
 * `_id`: `execution:revision`, the revision with leading zeros, so that the ids of one log are in
 * order.
 */
export interface LogDocument extends Inserted {
  readonly execution: string;
  readonly rev: number;
  readonly epoch: number;
  readonly at: Date;
  readonly events: JsonText;
  readonly totals?: JsonText;
  /** What is to be recorded of it. */
  readonly audit?: JsonText;
}

/** `_id`: the signal. */
export interface SignalDocument extends Inserted {
  readonly execution: string;
  readonly kind: Signal["kind"];
  readonly payload: JsonText;
  readonly at: Date;
  /** Equal to `at` until the signal is settled, then absent. */
  readonly pendingAt?: Date;
}

/** `_id`: `workflow@number`. */
export interface VersionDocument extends Inserted {
  readonly workflow: string;
  readonly version: number;
  readonly contentHash: string;
  readonly deployedBy: string;
  readonly deployedAt: Date;
  readonly definition: JsonText;
  readonly pins?: JsonText;
}

/** `_id`: the key. */
export interface DedupeDocument extends Stored {
  readonly execution: string;
  readonly expiresAt: Date;
}

/** `_id`: caller, address and key. */
export interface AnswerDocument extends Stored {
  readonly holder: string;
  readonly expiresAt: Date;
  readonly record: JsonText;
}

/** `_id`: the key. */
export interface MarkDocument extends Stored {
  readonly value: JsonText;
}

/** `_id`: `line#number`. */
export interface SlotDocument extends Stored {
  readonly line: string;
  readonly slot: number;
  readonly execution: string;
}

/** `_id`: `line#execution`. */
export interface PlaceInLineDocument extends Stored {
  readonly line: string;
  readonly execution: string;
  readonly at: Date;
}

/** `_id`: the execution. */
export interface CardClaimDocument extends Stored {
  readonly holder: string;
  readonly expiresAt: Date;
}

/** `_id`: the limit's key. */
export interface RateLimitDocument extends Stored {
  /** When the next call would be due at the steady rate: milliseconds since 1970, with fractions. */
  readonly next: number;
  readonly expiresAt: Date;
}

/** `_id`: the worker. */
export interface ProcessDocument extends Stored {
  readonly name: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
}

/** `_id`: the event. */
export interface EventDocument extends Inserted {
  readonly name: string;
  readonly at: Date;
  /** Equal to `at` until the event is settled, then absent. */
  readonly pendingAt?: Date;
  readonly record: JsonText;
}

/** `_id`: the reference. */
export interface FileDocument extends Inserted {
  /** Under which its parts are stored: bytes that were removed and come again have others. */
  readonly blob: string;
  readonly size: number;
  /** Length of its parts together, where that is not `size`: they are sealed. */
  readonly storedSize?: number;
  readonly expiresAt: Date;
}

/** `_id`: `blob:number`, the number with leading zeros. */
export interface FilePartDocument extends Stored {
  readonly ref: string;
  readonly blob: string;
  readonly bytes: Binary;
  /** On the first part, until there is a file with it. */
  readonly pendingAt?: Date;
}

/** `_id`: `name execution`. */
export interface SubscriptionDocument extends Stored {
  readonly name: string;
  readonly execution: string;
}

/** `_id`: JSON text of workflow, hour and step. */
export interface TotalsDocument extends Stored {
  readonly workflow: string;
  readonly hour: Date;
  readonly dimension: TotalsDimension;
  readonly name: string;
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly durationMs: number;
  readonly costNano: number;
  readonly costUnknown: number;
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Number of the last batch that was added. */
  readonly lastBatch: number;
}

/** `_id`: the batch's number. */
export interface TotalsBatchDocument {
  readonly _id: number;
  readonly schemaVersion: number;
  readonly executions: readonly { readonly id: string; readonly rev: number }[];
  readonly deltas: JsonText;
  readonly isDone: boolean;
  readonly expiresAt?: Date;
}

/** One document, `_id: "schema"`. */
export interface SchemaDocument {
  readonly _id: "schema";
  readonly version: number;
}

/** The collections of a database that no description in `src/store/records.ts` covers, typed. */
export interface Collections {
  readonly heads: Collection<HeadDocument>;
  readonly log: Collection<LogDocument>;
  readonly inbox: Collection<SignalDocument>;
  readonly versions: Collection<VersionDocument>;
  readonly dedupe: Collection<DedupeDocument>;
  readonly answers: Collection<AnswerDocument>;
  readonly marks: Collection<MarkDocument>;
  readonly slots: Collection<SlotDocument>;
  readonly lines: Collection<PlaceInLineDocument>;
  readonly cardClaims: Collection<CardClaimDocument>;
  readonly rateLimits: Collection<RateLimitDocument>;
  readonly processes: Collection<ProcessDocument>;
  readonly events: Collection<EventDocument>;
  readonly files: Collection<FileDocument>;
  readonly fileParts: Collection<FilePartDocument>;
  readonly subscriptions: Collection<SubscriptionDocument>;
  readonly totals: Collection<TotalsDocument>;
  readonly totalsBatches: Collection<TotalsBatchDocument>;
  readonly schema: Collection<SchemaDocument>;
}

export function collectionsOf(db: Db): Collections {
  return {
    heads: db.collection("heads"),
    log: db.collection("log"),
    inbox: db.collection("inbox"),
    versions: db.collection("versions"),
    dedupe: db.collection("dedupe"),
    answers: db.collection("answers"),
    marks: db.collection("marks"),
    slots: db.collection("slots"),
    lines: db.collection("lines"),
    cardClaims: db.collection("cardClaims"),
    rateLimits: db.collection("rateLimits"),
    processes: db.collection("processes"),
    events: db.collection("events"),
    files: db.collection("files"),
    fileParts: db.collection("fileParts"),
    subscriptions: db.collection("subscriptions"),
    totals: db.collection("totals"),
    totalsBatches: db.collection("totalsBatches"),
    schema: db.collection("schema"),
  };
}

/** An index with its name; what it serves stands in `docs/store.md`. */
export interface Index {
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
  /**
   * Only documents in which this field is there are in the index; queries say so, too (`$exists`).
   */
  readonly where?: Readonly<Record<string, unknown>>;
  /** The server removes a document so long after the time in the indexed field. */
  readonly expireAfterSeconds?: number;
}

/**
 * The server's clock may be ahead of ours: what expires there is kept somewhat longer than here.
 */
const EXPIRY_GRACE_SECONDS = 60;

/** Matches a list of texts that is not empty, in the words of the index that holds only those. */
export const ANY_TEXT = { $gt: "" } as const;

const there = (field: string) => ({ [field]: { $exists: true } });

export type CollectionName = keyof Collections | RecordCollection;

/** Every index besides those on `_id`. */
export const INDEXES: Readonly<Partial<Record<CollectionName, readonly Index[]>>> = {
  heads: [
    { name: "heads_due", key: { due: 1, _id: 1 }, where: there("due") },
    { name: "heads_owner", key: { owner: 1 }, where: there("owner") },
    { name: "heads_started", key: { startedAt: -1, _id: -1 } },
    { name: "heads_workflow", key: { workflow: 1, startedAt: -1, _id: -1 } },
    {
      name: "heads_workflow_status",
      key: { workflow: 1, status: 1, startedAt: -1, _id: -1 },
    },
    {
      name: "heads_workflow_version",
      key: { workflow: 1, version: 1, startedAt: -1, _id: -1 },
    },
    { name: "heads_status", key: { status: 1, startedAt: -1, _id: -1 } },
    {
      name: "heads_started_by",
      key: { startedBy: 1, startedAt: -1, _id: -1 },
      where: there("startedBy"),
    },
    {
      name: "heads_labels",
      key: { labels: 1, startedAt: -1, _id: -1 },
      where: there("labels"),
    },
    {
      name: "heads_under_way",
      key: { startedBy: 1, status: 1, startedAt: -1, _id: -1 },
      where: there("startedBy"),
    },
    {
      name: "heads_ended",
      key: { startedBy: 1, endedAt: -1, _id: -1 },
      where: there("endedAt"),
    },
    {
      name: "heads_asking",
      // The status is there because some servers take two indexes with one key for the same.
      key: { startedAt: -1, _id: -1, status: 1 },
      where: { openRequests: ANY_TEXT },
    },
    { name: "heads_totals", key: { totalsPending: 1 }, where: there("totalsPending") },
  ],
  inbox: [
    { name: "inbox_pending", key: { pendingAt: 1, _id: 1 }, where: there("pendingAt") },
    {
      name: "inbox_pending_execution",
      key: { execution: 1, pendingAt: 1, _id: 1 },
      where: there("pendingAt"),
    },
    { name: "inbox_execution", key: { execution: 1 } },
  ],
  removals: [
    { name: "removals_pending", key: { pendingAt: 1, _id: 1 }, where: there("pendingAt") },
  ],
  versions: [{ name: "versions_workflow", key: { workflow: 1, version: -1 } }],
  dedupe: [
    {
      name: "dedupe_expiry",
      key: { expiresAt: 1 },
      expireAfterSeconds: EXPIRY_GRACE_SECONDS,
    },
  ],
  answers: [
    {
      name: "answers_expiry",
      key: { expiresAt: 1 },
      expireAfterSeconds: EXPIRY_GRACE_SECONDS,
    },
  ],
  slots: [{ name: "slots_line", key: { line: 1, slot: 1 } }],
  lines: [{ name: "lines_next", key: { line: 1, at: 1, execution: 1 } }],
  calls: [
    { name: "calls_execution", key: { execution: 1, at: 1, _id: 1 } },
    { name: "calls_workflow", key: { workflow: 1, at: 1, _id: 1 } },
    { name: "calls_prompt", key: { prompt: 1, at: -1, _id: -1 }, where: there("prompt") },
  ],
  promptVersions: [{ name: "prompt_versions_prompt", key: { prompt: 1, version: -1 } }],
  samples: [
    { name: "samples_workflow", key: { workflow: 1, at: 1, _id: 1 } },
    { name: "samples_prompt", key: { prompt: 1, at: 1, _id: 1 }, where: there("prompt") },
  ],
  cards: [
    { name: "cards_execution", key: { execution: 1, _id: 1 } },
    { name: "cards_not_final", key: { final: 1, execution: 1 }, where: { final: false } },
  ],
  cardClaims: [
    {
      name: "card_claims_expiry",
      key: { expiresAt: 1 },
      expireAfterSeconds: EXPIRY_GRACE_SECONDS,
    },
  ],
  rateLimits: [
    {
      name: "rate_limits_expiry",
      key: { expiresAt: 1 },
      expireAfterSeconds: EXPIRY_GRACE_SECONDS,
    },
  ],
  audit: [
    { name: "audit_actor", key: { actor: 1, _id: 1 } },
    { name: "audit_action", key: { action: 1, _id: 1 } },
    { name: "audit_workflow", key: { workflow: 1, _id: 1 }, where: there("workflow") },
    { name: "audit_execution", key: { execution: 1, _id: 1 }, where: there("execution") },
  ],
  drafts: [
    { name: "drafts_thread", key: { channel: 1, threadTs: 1, createdAt: -1, _id: -1 } },
    { name: "drafts_newest", key: { createdAt: -1, _id: -1 } },
  ],
  events: [
    { name: "events_name", key: { name: 1, at: 1, _id: 1 } },
    { name: "events_pending", key: { pendingAt: 1, _id: 1 }, where: there("pendingAt") },
  ],
  files: [{ name: "files_expiry", key: { expiresAt: 1, _id: 1 } }],
  fileParts: [{ name: "file_parts_pending", key: { pendingAt: 1 }, where: there("pendingAt") }],
  fileLinks: [
    { name: "file_links_file", key: { ref: 1, holder: 1 } },
    { name: "file_links_holder", key: { holder: 1, at: 1, ref: 1 } },
  ],
  tokens: [
    { name: "tokens_owner", key: { owner: 1, createdAt: -1, _id: -1 } },
    { name: "tokens_newest", key: { createdAt: -1, _id: -1 } },
  ],
  subscriptions: [{ name: "subscriptions_name", key: { name: 1, execution: 1 } }],
  totals: [
    { name: "totals_workflow", key: { dimension: 1, workflow: 1, hour: 1, name: 1 } },
    { name: "totals_hour", key: { dimension: 1, hour: 1 } },
    { name: "totals_name", key: { dimension: 1, name: 1, hour: 1 } },
  ],
  totalsBatches: [
    {
      name: "totals_batches_expiry",
      key: { expiresAt: 1 },
      expireAfterSeconds: EXPIRY_GRACE_SECONDS,
    },
  ],
};

/**
 * By what each collection is distributed in a sharded cluster. Where ids are unique, the key is the
 * id or follows from it, so that two documents with one id always meet on one shard. Collections
 * that are not listed stay whole: they are small.
 */
export const SHARD_KEYS: Readonly<
  Partial<Record<CollectionName, Readonly<Record<string, "hashed">>>>
> = {
  heads: { _id: "hashed" },
  log: { execution: "hashed" },
  inbox: { _id: "hashed" },
  dedupe: { _id: "hashed" },
  answers: { _id: "hashed" },
  calls: { _id: "hashed" },
  cards: { execution: "hashed" },
  audit: { _id: "hashed" },
  fileParts: { _id: "hashed" },
  fileLinks: { _id: "hashed" },
  removals: { _id: "hashed" },
};
