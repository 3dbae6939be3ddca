import type { SQLInputValue } from "node:sqlite";
import type { ExecutionRecord, ExecutionStore } from "../../engine/ports/executions.ts";
import { AFTER_ANY } from "../executions.ts";
import type { Connection } from "./connection.ts";
import { SELECT_HEADS, toHead } from "./head-rows.ts";
import { listRecords } from "./list-records.ts";
import { text } from "./row.ts";

/** @internal exported for its test */
export const SELECT_ENDED = `${SELECT_HEADS} WHERE started_by = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC, execution_id DESC LIMIT ?`;

/** Creating, reading, listing and rewriting the projections of executions. */
export function createHeads(connection: Connection): ExecutionStore {
  const insertRecord = connection.prepare(
    `INSERT INTO heads (execution_id, workflow_id, version, status, rev, due, owner, started_at, started_by, ended_at,
       waiting_on, open_requests, cost_nano, cost_unknown)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const selectRemoval = connection.prepare("SELECT 1 FROM removals WHERE execution_id = ?");
  const insertStart = connection.prepare("INSERT INTO starts (execution_id, event) VALUES (?, ?)");
  const insertLabel = connection.prepare(
    "INSERT INTO labels (name, value, labeled_at, labeled_id) VALUES (?, ?, ?, ?)",
  );
  const select = connection.prepare(`${SELECT_HEADS} WHERE execution_id = ?`);
  const selectEnded = connection.prepare(SELECT_ENDED);
  const selectIds = connection.prepare(
    "SELECT execution_id FROM heads WHERE execution_id >= ? AND execution_id < ? ORDER BY execution_id LIMIT ?",
  );
  const writeRecord = prepareRecordWrite(connection);

  return {
    async insert(head) {
      const row = insertValues(head);
      const start = JSON.stringify(head.start);
      const labels = Object.entries(head.start.labels ?? {});
      return await connection.write(() => {
        if (selectRemoval.get(head.executionId) !== undefined) return false;
        if (insertRecord.run(...row).changes === 0) return false;
        insertStart.run(head.executionId, start);
        for (const [name, value] of labels)
          insertLabel.run(name, value, head.startedAt, head.executionId);
        return true;
      });
    },
    get: (executionId) =>
      connection.read(() => {
        const row = select.get(executionId);
        return row === undefined ? null : toHead(row);
      }),
    save: async (head) => await connection.write(writeRecord(head)),
    list: (query) => listRecords(connection, query),
    listEnded: (startedBy, limit) =>
      connection.read(() => selectEnded.all(startedBy, limit).map(toHead)),
    findIds: (prefix, limit) =>
      connection.read(() =>
        selectIds.all(prefix, prefix + AFTER_ANY, limit).map((row) => text(row, "execution_id")),
      ),
  };
}

/**
 * The statement that brings a stored head up to a given one, unless the stored one is newer.
 *
 * @returns a function that takes the values now and gives the write to run later.
 */
export function prepareRecordWrite(connection: Connection): (head: ExecutionRecord) => () => void {
  const update = connection.prepare(
    `UPDATE heads SET version = ?, status = ?, rev = ?, due = ?, owner = ?, ended_at = ?, waiting_on = ?, open_requests = ?,
       cost_nano = ?, cost_unknown = ?
     WHERE execution_id = ? AND rev <= ?`,
  );
  return (head) => {
    const values: readonly SQLInputValue[] = [
      head.version,
      head.status,
      head.rev,
      head.due,
      head.owner,
      head.endedAt,
      JSON.stringify(head.waitingOn),
      JSON.stringify(head.openRequests),
      head.costNano,
      Number(head.costUnknown),
      head.executionId,
      head.rev,
    ];
    return () => {
      update.run(...values);
    };
  };
}

function insertValues(head: ExecutionRecord): readonly SQLInputValue[] {
  return [
    head.executionId,
    head.workflowId,
    head.version,
    head.status,
    head.rev,
    head.due,
    head.owner,
    head.startedAt,
    head.start.trigger.userId ?? null,
    head.endedAt,
    JSON.stringify(head.waitingOn),
    JSON.stringify(head.openRequests),
    head.costNano,
    Number(head.costUnknown),
  ];
}
