import type { SQLInputValue, StatementSync } from "node:sqlite";
import { UPLOADS } from "../../engine/ports/files.ts";
import type { OverExecution, OverQuery, RemovalStore } from "../../engine/ports/removals.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";
import { AFTER_ANY } from "../executions.ts";
import { REMOVALS, UPLOAD_KEPT_MS } from "../records.ts";
import { endEventsOf } from "../removals.ts";
import type { Connection } from "./connection.ts";
import { prepareInsert, recordTable } from "./record-table.ts";
import { integer, integerOrNull, json, type Row, text } from "./row.ts";

/** Tables whose rows belong to one execution. */
const OF_EXECUTION = ["log", "inbox", "calls", "cards", "card_claims", "starts", "heads"] as const;

/** Each removal is one transaction, so none is ever broken off. */
export function createRemovals(connection: Connection): RemovalStore {
  const removals = recordTable(connection, REMOVALS);
  const insert = prepareInsert(connection, REMOVALS);
  const isRemovable = prepareCheck(connection);
  const selectStart = connection.prepare("SELECT event FROM starts WHERE execution_id = ?");
  const selectStartedAt = connection.prepare("SELECT started_at FROM heads WHERE execution_id = ?");
  const removeLabel = connection.prepare(
    "DELETE FROM labels WHERE name = ? AND value = ? AND labeled_at = ? AND labeled_id = ?",
  );
  const removeEvents = connection.prepare("DELETE FROM events WHERE id >= ? AND id < ?");
  const removeAll = OF_EXECUTION.map((table) =>
    connection.prepare(`DELETE FROM ${table} WHERE execution_id = ?`),
  );
  const unlink = prepareUnlink(connection);
  const selectIds = connection.prepare(
    "SELECT execution_id FROM removals WHERE execution_id >= ? AND execution_id < ? ORDER BY execution_id LIMIT ?",
  );
  const removeLabels = (executionId: string): void => {
    const start = selectStart.get(executionId);
    const head = selectStartedAt.get(executionId);
    if (start === undefined || head === undefined) return;
    for (const [name, value] of labelsIn(json<Json>(start, "event")))
      removeLabel.run(name, value, integer(head, "started_at"), executionId);
  };

  return {
    remove(removal) {
      const { executionId, at } = removal;
      const note = insert(removal);
      return connection.write(() => {
        if (!isRemovable(executionId)) return false;
        note();
        removeLabels(executionId);
        unlink(executionId, at);
        const { from, before } = endEventsOf(executionId);
        removeEvents.run(from, before);
        for (const statement of removeAll) statement.run(executionId);
        return true;
      });
    },
    get: (executionId) => removals.get({ executionId }),
    findIds: (prefix, limit) =>
      connection.read(() =>
        selectIds.all(prefix, prefix + AFTER_ANY, limit).map((row) => text(row, "execution_id")),
      ),
    listOver: (query) =>
      connection.read(() => {
        const { sql, values } = overQuery(query);
        return connection
          .prepare(sql)
          .all(...values)
          .map(toOver);
      }),
    finish: async () => false,
  };
}

/** Whether an execution is over and nothing is to be delivered to it or of it. */
function prepareCheck(connection: Connection): (executionId: string) => boolean {
  const selectHead = connection.prepare(
    "SELECT ended_at, due, owner FROM heads WHERE execution_id = ?",
  );
  const selectSignal = connection.prepare(
    "SELECT 1 FROM inbox WHERE settled = 0 AND execution_id = ? LIMIT 1",
  );
  const selectEvent = connection.prepare(
    "SELECT 1 FROM events WHERE id >= ? AND id < ? AND settled = 0 LIMIT 1",
  );
  return (executionId) => {
    const head = selectHead.get(executionId);
    if (head === undefined || integerOrNull(head, "ended_at") === null) return false;
    if (head["owner"] !== null || head["due"] !== null) return false;
    const { from, before } = endEventsOf(executionId);
    return (
      selectSignal.get(executionId) === undefined && selectEvent.get(from, before) === undefined
    );
  };
}

/** Takes its files from an execution: the bytes go with the last link to them, an upload's stay as long as uploads do. */
function prepareUnlink(connection: Connection): (holder: string, at: number) => void {
  const selectLinks = connection.prepare("SELECT ref FROM file_links WHERE holder = ?");
  const removeLinks = connection.prepare("DELETE FROM file_links WHERE holder = ?");
  const selectHolders = connection.prepare(
    `SELECT count(*) AS holders, coalesce(sum(holder <> '${UPLOADS}'), 0) AS executions FROM file_links WHERE ref = ?`,
  );
  const shorten = connection.prepare(
    "UPDATE files SET expires_at = min(expires_at, ?) WHERE ref = ?",
  );
  const bytes: readonly StatementSync[] = ["files", "file_parts"].map((table) =>
    connection.prepare(`DELETE FROM ${table} WHERE ref = ?`),
  );
  return (holder, at) => {
    const refs = selectLinks.all(holder).map((row) => text(row, "ref"));
    removeLinks.run(holder);
    for (const ref of refs) {
      const left = selectHolders.get(ref);
      if (left === undefined || integer(left, "executions") > 0) continue;
      if (integer(left, "holders") > 0) shorten.run(at + UPLOAD_KEPT_MS, ref);
      else for (const statement of bytes) statement.run(ref);
    }
  };
}

function labelsIn(start: Json): readonly (readonly [string, string])[] {
  const labels = isJsonObject(start) ? start["labels"] : undefined;
  if (!isJsonObject(labels)) return [];
  return Object.entries(labels).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
}

/**
 * The query for executions that are over. Exported for the test of the index that serves it.
 *
 * @internal exported for its test
 */
export function overQuery({ endedBefore, after, limit, ...query }: OverQuery): {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
} {
  const filters = [
    { sql: "workflow_id = ?", value: query.workflowId },
    { sql: "status = ?", value: query.status },
    { sql: "started_by = ?", value: query.startedBy },
  ].flatMap(({ sql, value }) => (value === undefined ? [] : [{ sql, values: [value] }]));
  const conditions = [
    ...filters,
    // None ends before it starts: the scan ends where no more can follow.
    { sql: "started_at < ? AND ended_at < ?", values: [endedBefore, endedBefore] },
    ...(after === undefined
      ? []
      : [
          {
            sql: "(started_at, execution_id) > (?, ?)",
            values: [after.startedAt, after.executionId],
          },
        ]),
  ];
  return {
    sql: `SELECT execution_id, workflow_id, started_at FROM heads
      WHERE ${conditions.map(({ sql }) => sql).join(" AND ")} ORDER BY started_at, execution_id LIMIT ?`,
    values: [...conditions.flatMap(({ values }) => values), limit],
  };
}

function toOver(row: Row): OverExecution {
  return {
    executionId: text(row, "execution_id"),
    workflowId: text(row, "workflow_id"),
    startedAt: integer(row, "started_at"),
  };
}
