import { Binary, type BSON } from "mongodb";
import { toAnswerDocument } from "../../src/store/mongodb/answers.ts";
import { type CollectionName, SCHEMA_VERSION } from "../../src/store/mongodb/collections.ts";
import { subscriptionId, toEventDocument } from "../../src/store/mongodb/events.ts";
import { partId } from "../../src/store/mongodb/files.ts";
import { toHeadDocument } from "../../src/store/mongodb/head-document.ts";
import { toSignalDocument } from "../../src/store/mongodb/inbox.ts";
import { toLogDocument } from "../../src/store/mongodb/log.ts";
import { toDocument } from "../../src/store/mongodb/record-collection.ts";
import { totalsId } from "../../src/store/mongodb/totals-projector.ts";
import { newInsertId, toDate } from "../../src/store/mongodb/values.ts";
import { toVersionDocument } from "../../src/store/mongodb/workflows.ts";
import type { RecordKind } from "../../src/store/record-kind.ts";
import {
  AUDIT,
  BUDGETS,
  CALLS,
  CARDS,
  CREDENTIALS,
  DRAFTS,
  FILE_LINKS,
  PROMPT_VERSIONS,
  PROMPTS,
  REMOVALS,
  type RecordCollection,
  SAMPLES,
  TOKENS,
  WORKFLOWS,
} from "../../src/store/records.ts";
import { toCard } from "../../src/store/sqlite/cards.ts";
import { SELECT_HEADS, toHead } from "../../src/store/sqlite/head-rows.ts";
import { toSignal } from "../../src/store/sqlite/inbox.ts";
import { toCommit } from "../../src/store/sqlite/log.ts";
import { flag, integer, json, type Row, text } from "../../src/store/sqlite/row.ts";
import { toDimension, toTotals } from "../../src/store/sqlite/totals.ts";
import { toVersion, toWorkflow } from "../../src/store/sqlite/workflows.ts";

/** How one table of the file becomes one collection of the database. */
export interface Table {
  readonly collection: CollectionName;
  /** Documents that are in memory at a time. @default 500 */
  readonly batch?: number;
  /** Every row, in the order of its key. */
  readonly select: string;
  /** @param now - milliseconds since 1970. @returns `null` for what needs no copy. */
  readonly toDocument: (row: Row, now: number) => BSON.Document | null;
}

/** Tables by name. The others are in {@link LEFT}. */
export const TABLES: Readonly<Record<string, Table>> = {
  log: {
    collection: "log",
    select: "SELECT * FROM log ORDER BY execution_id, rev",
    // The totals come along as sums, the audit as records.
    toDocument: (row) => toLogDocument(toCommit(row), [], []),
  },
  heads: { collection: "heads", select: SELECT_HEADS, toDocument: moveHead },
  inbox: {
    collection: "inbox",
    select: "SELECT * FROM inbox",
    toDocument: (row) => unlessSettled(row, toSignalDocument(toSignal(row))),
  },
  events: {
    collection: "events",
    select: "SELECT * FROM events",
    toDocument: (row) => unlessSettled(row, toEventDocument(json(row, "record"))),
  },
  subscriptions: {
    collection: "subscriptions",
    select: "SELECT * FROM subscriptions",
    toDocument: (row) => {
      const [name, execution] = [text(row, "name"), text(row, "execution_id")];
      return {
        _id: subscriptionId(execution, name),
        schemaVersion: SCHEMA_VERSION,
        execution,
        name,
      };
    },
  },
  versions: {
    collection: "versions",
    select: "SELECT * FROM versions",
    toDocument: (row) => toVersionDocument(toVersion(row)),
  },
  workflows: {
    collection: "workflows",
    select: "SELECT * FROM workflows",
    toDocument: (row) => toDocument(WORKFLOWS, toWorkflow(row)),
  },
  dedupe: { collection: "dedupe", select: "SELECT * FROM dedupe", toDocument: moveDedupe },
  marks: {
    collection: "marks",
    select: "SELECT * FROM marks",
    toDocument: (row) => keyed(text(row, "key"), { value: text(row, "value") }),
  },
  cards: {
    collection: "cards",
    select: "SELECT * FROM cards",
    toDocument: (row) => toDocument(CARDS, toCard(row)),
  },
  slots: {
    collection: "slots",
    select: "SELECT * FROM slots",
    toDocument: (row) => {
      const line = text(row, "line");
      const slot = integer(row, "slot");
      return keyed(`${line}#${slot}`, { line, slot, execution: text(row, "execution_id") });
    },
  },
  lines: {
    collection: "lines",
    select: "SELECT * FROM lines",
    toDocument: (row) => {
      const line = text(row, "line");
      const execution = text(row, "execution_id");
      return keyed(`${line}#${execution}`, { line, execution, at: toDate(integer(row, "at")) });
    },
  },
  calls: jsonTable(CALLS),
  drafts: jsonTable(DRAFTS),
  prompts: jsonTable(PROMPTS),
  prompt_versions: jsonTable(PROMPT_VERSIONS),
  samples: jsonTable(SAMPLES),
  budgets: jsonTable(BUDGETS),
  audit: jsonTable(AUDIT),
  tokens: jsonTable(TOKENS),
  credentials: jsonTable(CREDENTIALS),
  answers: {
    collection: "answers",
    select: "SELECT record FROM answers",
    toDocument: (row) => toAnswerDocument(json(row, "record")),
  },
  files: {
    collection: "files",
    select: `SELECT files.*, (SELECT coalesce(sum(length(bytes)), 0) FROM file_parts WHERE file_parts.ref = files.ref) AS stored
       FROM files`,
    toDocument: moveFile,
  },
  file_parts: {
    collection: "fileParts",
    select: "SELECT * FROM file_parts",
    batch: 8,
    toDocument: moveFilePart,
  },
  file_links: jsonTable(FILE_LINKS),
  removals: jsonTable(REMOVALS),
  totals: { collection: "totals", select: "SELECT * FROM totals", toDocument: moveTotals },
};

/**
 * Tables that are not copied, with the reason.
 *
 * @internal exported for its test
 */
export const LEFT: Readonly<Record<string, string>> = {
  starts: "goes with the heads",
  labels: "goes with the heads",
  card_claims: "only concerns processes that run",
  processes: "only concerns processes that run",
  totals_days: "follows from the totals",
};

/** A table whose records are JSON text. */
function jsonTable<R extends Key, Key>(
  kind: RecordKind<R, Key, string, string, RecordCollection>,
): Table {
  return {
    collection: kind.collection,
    select: `SELECT record FROM ${kind.table}`,
    toDocument: (row) => toDocument(kind, json<R>(row, "record")),
  };
}

/** Leases have ended, and the totals of the log are counted already. */
function moveHead(row: Row, now: number): BSON.Document {
  const head = toHead(row);
  const free = head.owner === null ? head : { ...head, owner: null, due: now };
  return { ...toHeadDocument(free, newInsertId()), totalsRev: head.rev };
}

function moveDedupe(row: Row, now: number): BSON.Document | null {
  const expiresAt = integer(row, "expires_at");
  if (expiresAt <= now) return null;
  return keyed(text(row, "key"), {
    execution: text(row, "execution_id"),
    expiresAt: toDate(expiresAt),
  });
}

/** Sealed bytes are longer than the file. */
function moveFile(row: Row): BSON.Document {
  const [ref, size, stored] = [text(row, "ref"), integer(row, "size"), integer(row, "stored")];
  return {
    ...keyed(ref, { size, blob: ref, ...(stored !== size && { storedSize: stored }) }),
    expiresAt: toDate(integer(row, "expires_at")),
    insertId: newInsertId(),
  };
}

/** The reference serves as the name of its blob, which the file names. */
function moveFilePart(row: Row): BSON.Document {
  const [ref, part, bytes] = [text(row, "ref"), integer(row, "part"), row["bytes"]];
  if (!(bytes instanceof Uint8Array)) throw new TypeError("column bytes is no blob");
  return keyed(partId(ref, part), { ref, blob: ref, bytes: new Binary(bytes) });
}

function moveTotals(row: Row): BSON.Document {
  const { workflowId, hour, ...rest } = toTotals(row, toDimension(text(row, "dimension")));
  return keyed(totalsId({ workflowId, hour, ...rest }), {
    workflow: workflowId,
    hour: toDate(hour),
    ...rest,
    lastBatch: 0,
  });
}

function unlessSettled<D extends { readonly pendingAt?: Date }>(row: Row, document: D) {
  const { pendingAt: _, ...settled } = document;
  return flag(row, "settled") ? settled : document;
}

function keyed(_id: string, fields: BSON.Document): BSON.Document {
  return { _id, schemaVersion: SCHEMA_VERSION, ...fields };
}
