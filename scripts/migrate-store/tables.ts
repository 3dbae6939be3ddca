import type { BSON } from "mongodb";
import { toCallDocument } from "../../src/store/mongodb/calls.ts";
import { toCardDocument } from "../../src/store/mongodb/cards.ts";
import { type Collections, SCHEMA_VERSION } from "../../src/store/mongodb/collections.ts";
import { toDraftDocument } from "../../src/store/mongodb/drafts.ts";
import { subscriptionId, toEventDocument } from "../../src/store/mongodb/events.ts";
import { toHeadDocument } from "../../src/store/mongodb/head-document.ts";
import { toSignalDocument } from "../../src/store/mongodb/inbox.ts";
import { toLogDocument } from "../../src/store/mongodb/log.ts";
import { toPromptVersionDocument } from "../../src/store/mongodb/prompts.ts";
import { toSampleDocument } from "../../src/store/mongodb/samples.ts";
import { totalsId } from "../../src/store/mongodb/totals-projector.ts";
import { newInsertId, toDate } from "../../src/store/mongodb/values.ts";
import { toVersionDocument } from "../../src/store/mongodb/workflows.ts";
import { toCard } from "../../src/store/sqlite/cards.ts";
import { SELECT_HEADS, toHead } from "../../src/store/sqlite/heads.ts";
import { toSignal } from "../../src/store/sqlite/inbox.ts";
import { toCommit } from "../../src/store/sqlite/log.ts";
import { flag, integer, json, type Row, text } from "../../src/store/sqlite/row.ts";
import { toDimension, toTotals } from "../../src/store/sqlite/totals.ts";
import { toVersion, toWorkflow } from "../../src/store/sqlite/workflows.ts";

/** How one table of the file becomes one collection of the database. */
export interface Table {
  readonly collection: keyof Collections;
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
    // The totals come along as sums.
    toDocument: (row) => toLogDocument(toCommit(row), []),
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
    toDocument: (row) => {
      const record = toWorkflow(row);
      return keyed(record.workflowId, { record: JSON.stringify(record) });
    },
  },
  dedupe: { collection: "dedupe", select: "SELECT * FROM dedupe", toDocument: moveDedupe },
  marks: {
    collection: "marks",
    select: "SELECT * FROM marks",
    toDocument: (row) => keyed(text(row, "key"), { value: text(row, "value") }),
  },
  calls: {
    collection: "calls",
    select: "SELECT * FROM calls",
    toDocument: (row) => toCallDocument(json(row, "record")),
  },
  cards: {
    collection: "cards",
    select: "SELECT * FROM cards",
    toDocument: (row) => toCardDocument(toCard(row)),
  },
  drafts: {
    collection: "drafts",
    select: "SELECT * FROM drafts",
    toDocument: (row) => toDraftDocument(json(row, "record")),
  },
  prompt_versions: {
    collection: "promptVersions",
    select: "SELECT * FROM prompt_versions",
    toDocument: (row) => toPromptVersionDocument(json(row, "record")),
  },
  prompts: {
    collection: "prompts",
    select: "SELECT * FROM prompts",
    toDocument: (row) => keyed(text(row, "name"), { record: text(row, "record") }),
  },
  samples: {
    collection: "samples",
    select: "SELECT * FROM samples",
    toDocument: (row) => toSampleDocument(json(row, "record")),
  },
  budgets: {
    collection: "budgets",
    select: "SELECT * FROM budgets",
    toDocument: (row) =>
      keyed(`${text(row, "scope")}:${text(row, "subject")}`, { record: text(row, "record") }),
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
  totals: { collection: "totals", select: "SELECT * FROM totals", toDocument: moveTotals },
};

/** Tables that are not copied, with the reason. */
export const LEFT: Readonly<Record<string, string>> = {
  starts: "goes with the heads",
  card_claims: "only concerns processes that run",
  processes: "only concerns processes that run",
};

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
