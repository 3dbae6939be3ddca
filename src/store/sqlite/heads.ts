import type { SQLInputValue } from "node:sqlite";
import type { ExecutionStatus } from "../../engine/model/state.ts";
import type {
  ExecutionRecord,
  ExecutionRecordPage,
  ExecutionRecordQuery,
  ExecutionStore,
} from "../../engine/ports/executions.ts";
import { nextTurn } from "../../shared/next-turn.ts";
import { AFTER_ANY, parseCursor, toPage } from "../executions.ts";
import type { Connection } from "./connection.ts";
import { flag, integer, integerOrNull, json, type Row, text, textOrNull } from "./row.ts";

/** Beginning of every query for heads; the large and unchanging start event is kept beside them. */
export const SELECT_HEADS = "SELECT * FROM heads JOIN starts USING (execution_id)";

/** @internal exported for its test */
export const SELECT_ENDED = `${SELECT_HEADS} WHERE started_by = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC, execution_id DESC LIMIT ?`;

/** Creating, reading, listing and rewriting the projections of executions. */
export function createHeads(connection: Connection): ExecutionStore {
  const insertRecord = connection.prepare(
    `INSERT INTO heads (execution_id, workflow_id, version, status, rev, due, owner, started_at, started_by, ended_at,
       waiting_on, open_requests, cost_nano, cost_unknown)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
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
    list: (query) => listInTurns(connection, query),
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

/** A head from a row of {@link SELECT_HEADS}. */
export function toHead(row: Row): ExecutionRecord {
  return {
    executionId: text(row, "execution_id"),
    workflowId: text(row, "workflow_id"),
    version: integer(row, "version"),
    status: toStatus(text(row, "status")),
    rev: integer(row, "rev"),
    due: integerOrNull(row, "due"),
    owner: textOrNull(row, "owner"),
    startedAt: integer(row, "started_at"),
    endedAt: integerOrNull(row, "ended_at"),
    waitingOn: json(row, "waiting_on"),
    openRequests: json(row, "open_requests"),
    costNano: integer(row, "cost_nano"),
    costUnknown: flag(row, "cost_unknown"),
    start: json(row, "event"),
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

/** Records that are read in one turn of the event loop: each start event may have a megabyte of inputs. */
const AT_ONCE = 25;

async function listInTurns(
  connection: Connection,
  query: ExecutionRecordQuery,
): Promise<ExecutionRecordPage> {
  const records: ExecutionRecord[] = [];
  let asked = query;
  for (;;) {
    const limit = Math.min(AT_ONCE, query.limit - records.length);
    const page = await connection.read(() => listRecords(connection, { ...asked, limit }));
    records.push(...page.records);
    if (page.nextCursor === null || records.length >= query.limit)
      return { records, nextCursor: page.nextCursor };
    asked = { ...query, cursor: page.nextCursor };
    await nextTurn();
  }
}

function listRecords(connection: Connection, query: ExecutionRecordQuery): ExecutionRecordPage {
  const { sql, values } = pageQuery(query);
  const rows = connection.prepare(sql).all(...values);
  return toPage(rows.map(toHead), query.limit);
}

/**
 * The query for one page. Exported for the test of the index that serves it.
 *
 * @internal exported for its test
 */
export function pageQuery(query: ExecutionRecordQuery): {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
} {
  const filters = [
    { sql: "workflow_id = ?", value: query.workflowId },
    { sql: "status = ?", value: query.status },
    { sql: "started_by = ?", value: query.startedBy },
  ].flatMap(({ sql, value }) => (value === undefined ? [] : [{ sql, values: [value] }]));
  const [first, ...others] = Object.entries(query.labels ?? {});
  const place = query.cursor === undefined ? null : parseCursor(query.cursor);
  const order = first === undefined ? "started_at, execution_id" : "labeled_at, labeled_id";
  const after =
    place === null
      ? []
      : [
          {
            sql: `(${order}) < (?, ?)`,
            values: [place.startedAt, place.executionId],
          },
        ];
  // Word for word as in the indexes that hold only these.
  const kinds = [
    ...(query.isUnderWay
      ? [{ sql: "status IN ('queued', 'running', 'waiting')", values: [] }]
      : []),
    ...(query.isAsking ? [{ sql: "open_requests <> '[]'", values: [] }] : []),
  ];
  const labels = others.map(([name, value]) => ({
    sql: "EXISTS (SELECT 1 FROM labels AS other WHERE other.name = ? AND other.value = ? AND other.labeled_at = started_at AND other.labeled_id = execution_id)",
    values: [name, value],
  }));
  const conditions = [...filters, ...kinds, ...labels, ...after];
  if (first !== undefined) return labeledQuery(first, conditions, query.limit);
  const where =
    conditions.length === 0 ? "" : `WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`;
  return {
    sql: `${SELECT_HEADS} ${where} ORDER BY started_at DESC, execution_id DESC LIMIT ?`,
    values: [...conditions.flatMap(({ values }) => values), query.limit + 1],
  };
}

interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Read in the order of the label's own index: one that few of a million runs have is found as fast as one that all have. */
function labeledQuery(
  [name, value]: readonly [string, string],
  conditions: readonly Condition[],
  limit: number,
): Condition {
  const more = conditions.map(({ sql }) => ` AND ${sql}`).join("");
  return {
    sql: `SELECT heads.*, starts.* FROM labels CROSS JOIN heads ON execution_id = labeled_id JOIN starts USING (execution_id)
      WHERE labels.name = ? AND labels.value = ?${more} ORDER BY labeled_at DESC, labeled_id DESC LIMIT ?`,
    values: [name, value, ...conditions.flatMap(({ values }) => values), limit + 1],
  };
}

const STATUSES: readonly ExecutionStatus[] = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
];

function toStatus(value: string): ExecutionStatus {
  const status = STATUSES.find((known) => known === value);
  if (status === undefined) throw new TypeError(`status ${value} is unknown`);
  return status;
}
