import type { TotalsDelta } from "../../engine/model/totals.ts";
import type { AuditRecord } from "../../engine/ports/audit.ts";
import type { Commit, LogStore } from "../../engine/ports/executions.ts";
import { lostRace } from "../executions.ts";
import { type LogDocument, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { readJson, time, toDate } from "./values.ts";
import type { WriteBehind } from "./write-behind.ts";

/** Digits of a revision within an id, so that the order of ids is the order of revisions. */
const REV_DIGITS = 10;
const LAST_REV = 10 ** REV_DIGITS - 1;

/** Of MongoDB's (https://www.mongodb.com/docs/manual/reference/method/cursor.limit/). */
const NO_LIMIT = 0;

/** The append-only log of each execution. One insert is a commit; head and signals follow. */
export function createLog(connection: Connection, trailing: WriteBehind): LogStore {
  const { log } = connection.collections;
  const inserts = connection.inserts<LogDocument>("log");
  return {
    async read(executionId, afterRev, limit = NO_LIMIT) {
      const documents = await connection.ask(() =>
        log.find(logAfter(executionId, afterRev)).sort({ _id: 1 }).limit(limit).toArray(),
      );
      return documents.map(toCommit);
    },
    async commit(commit, head, settled, totals = [], audit = []) {
      const document = toLogDocument(commit, totals, audit);
      const projection = structuredClone(head);
      const ids = [...settled];
      if (!(await inserts.add(document))) throw lostRace(commit);
      trailing.putRecord(projection);
      trailing.putSettled(ids);
    },
  };
}

/**
 * The commits after a revision. The execution stands beside the range, because it says on which
 * shard they are.
 */
function logAfter(executionId: string, afterRev: number) {
  return {
    execution: executionId,
    _id: { $gt: logId(executionId, afterRev), $lte: logId(executionId, LAST_REV) },
  };
}

/** Ids of the commits from after one revision up to another. */
export function commitIds(executionId: string, afterRev: number, lastRev: number): string[] {
  const count = Math.max(lastRev - afterRev, 0);
  return Array.from({ length: count }, (_, index) => logId(executionId, afterRev + 1 + index));
}

function logId(executionId: string, rev: number): string {
  return `${executionId}:${String(rev).padStart(REV_DIGITS, "0")}`;
}

/** A commit as it is inserted. */
export function toLogDocument(
  commit: Commit,
  totals: readonly TotalsDelta[],
  audit: readonly AuditRecord[],
): LogDocument {
  const { executionId, rev, epoch, commitId, at, events } = commit;
  return {
    _id: logId(executionId, rev),
    schemaVersion: SCHEMA_VERSION,
    insertId: commitId,
    execution: executionId,
    rev,
    epoch,
    at: toDate(at),
    events: JSON.stringify(events),
    ...(totals.length > 0 && { totals: JSON.stringify(totals) }),
    ...(audit.length > 0 && { audit: JSON.stringify(audit) }),
  };
}

function toCommit(document: LogDocument): Commit {
  return {
    executionId: document.execution,
    rev: document.rev,
    epoch: document.epoch,
    commitId: document.insertId,
    at: time(document.at),
    events: readJson(document.events),
  };
}
