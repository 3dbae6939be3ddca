import type { Commit, LogStore } from "../../engine/ports/executions.ts";
import { lostRace } from "../executions.ts";
import { AUDIT } from "../records.ts";
import type { Connection } from "./connection.ts";
import { prepareRecordWrite } from "./heads.ts";
import { prepareSettling } from "./inbox.ts";
import { prepareInsert } from "./record-table.ts";
import { integer, json, type Row, text } from "./row.ts";
import { prepareTotals } from "./totals.ts";

/** Of SQLite's (https://sqlite.org/lang_select.html#limitoffset). */
const NO_LIMIT = -1;

/**
 * The append-only log of each execution. Head and signals are written in the transaction of the
 * commit: here they never lag.
 */
export function createLog(connection: Connection): LogStore {
  const insert = connection.prepare(
    "INSERT INTO log (execution_id, rev, epoch, commit_id, at, events) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const selectCommitId = connection.prepare(
    "SELECT commit_id FROM log WHERE execution_id = ? AND rev = ?",
  );
  const selectAfter = connection.prepare(
    "SELECT * FROM log WHERE execution_id = ? AND rev > ? ORDER BY rev LIMIT ?",
  );
  const writeRecord = prepareRecordWrite(connection);
  const settle = prepareSettling(connection);
  const addTotals = prepareTotals(connection);
  const addAudit = prepareInsert(connection, AUDIT);

  return {
    read: (executionId, afterRev, limit = NO_LIMIT) =>
      connection.read(() => selectAfter.all(executionId, afterRev, limit).map(toCommit)),
    async commit(commit, head, settled, totals = [], audit = []) {
      const { executionId, rev, epoch, commitId, at } = commit;
      const events = JSON.stringify(commit.events);
      const writeThisRecord = writeRecord(head);
      const settleThese = settle(settled);
      const addThese = addTotals(totals);
      const auditWrites = audit.map(addAudit);
      await connection.write(() => {
        if (insert.run(executionId, rev, epoch, commitId, at, events).changes === 0) {
          const winner = selectCommitId.get(executionId, rev);
          if (winner === undefined || text(winner, "commit_id") !== commitId)
            throw lostRace(commit);
        } else {
          addThese();
          for (const write of auditWrites) write();
        }
        writeThisRecord();
        settleThese();
      });
    },
  };
}

export function toCommit(row: Row): Commit {
  return {
    executionId: text(row, "execution_id"),
    rev: integer(row, "rev"),
    epoch: integer(row, "epoch"),
    commitId: text(row, "commit_id"),
    at: integer(row, "at"),
    events: json(row, "events"),
  };
}
