import type { SQLInputValue } from "node:sqlite";
import type { ExecutionRecordPage, ExecutionRecordQuery } from "../../engine/ports/executions.ts";
import { nextTurn } from "../../shared/next-turn.ts";
import {
  type Driver,
  driverOf,
  listStatuses,
  type Place,
  parseCursor,
  startBound,
  toCursor,
  toPage,
} from "../executions.ts";
import type { Connection } from "./connection.ts";
import { SELECT_HEADS, toHead } from "./head-rows.ts";
import { integer, text } from "./row.ts";

/** Records that are read in one turn of the event loop: each start event may have a megabyte of inputs. */
const AT_ONCE = 25;

/** A list of executions, read in several turns of the event loop. */
export async function listRecords(
  connection: Connection,
  query: ExecutionRecordQuery,
): Promise<ExecutionRecordPage> {
  const { statuses, ...rest } = query;
  if (statuses !== undefined)
    return listStatuses(query, (asked) => listRecords(connection, { ...rest, ...asked }));
  const records: ExecutionRecordPage["records"][number][] = [];
  const window = await connection.read(() => windowEnd(connection, query));
  let asked = query;
  for (;;) {
    const limit = Math.min(AT_ONCE, query.limit - records.length);
    const page = await connection.read(() => readPage(connection, { ...asked, limit }, window));
    records.push(...page.records);
    if (page.nextCursor === null)
      return { records, nextCursor: window === null ? null : toCursor(window) };
    if (records.length >= query.limit) return { records, nextCursor: page.nextCursor };
    asked = { ...query, cursor: page.nextCursor };
    await nextTurn();
  }
}

function readPage(
  connection: Connection,
  query: ExecutionRecordQuery,
  window: Place | null,
): ExecutionRecordPage {
  const { sql, values } = pageQuery(query, window);
  const rows = connection.prepare(sql).all(...values);
  return toPage(rows.map(toHead), query.limit);
}

/** The last place that is read for a page; `null`: whatever it takes. */
function windowEnd(connection: Connection, query: ExecutionRecordQuery): Place | null {
  const asked = windowQuery(query);
  if (asked === null) return null;
  const row = connection.prepare(asked.sql).get(...asked.values);
  if (row === undefined) return null;
  return { startedAt: integer(row, "at"), executionId: text(row, "id") };
}

interface Sql {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/**
 * The query for the place where a page ends at the latest: so many entries of its index further.
 *
 * @returns `null`: every record that the index gives belongs to the page. @internal exported for its test
 */
export function windowQuery(query: ExecutionRecordQuery): Sql | null {
  const driver = driverOf(query);
  const { maxLooked } = query;
  if (!driver.leaves || maxLooked === undefined) return null;
  const { from, conditions, at, id } = sourceOf(query, driver);
  const served = conditions.filter(({ isServed }) => isServed);
  return {
    sql: `SELECT ${at} AS at, ${id} AS id FROM ${from} ${where(served)} ORDER BY ${at} DESC, ${id} DESC LIMIT 1 OFFSET ?`,
    values: [...served.flatMap(({ values }) => values), maxLooked - 1],
  };
}

/**
 * The query for one page.
 *
 * @param window - the last place that is read. @internal exported for its test
 */
export function pageQuery(query: ExecutionRecordQuery, window: Place | null = null): Sql {
  const driver = driverOf(query);
  const { from, conditions, at, id } = sourceOf(query, driver);
  const bounded =
    window === null
      ? conditions
      : [
          ...conditions,
          { sql: `(${at}, ${id}) >= (?, ?)`, values: [window.startedAt, window.executionId] },
        ];
  const records = driver.filters.has("labels")
    ? `SELECT heads.*, starts.* FROM ${from} CROSS JOIN heads ON execution_id = labeled_id JOIN starts USING (execution_id)`
    : SELECT_HEADS.replace("FROM heads", `FROM ${from}`);
  return {
    sql: `${records} ${where(bounded)} ORDER BY ${at} DESC, ${id} DESC LIMIT ?`,
    values: [...bounded.flatMap(({ values }) => values), query.limit + 1],
  };
}

interface Condition extends Sql {
  /** The index that drives the list serves it. */
  readonly isServed?: boolean;
}

/** What is read, in whose order, under which conditions. */
interface Source {
  readonly from: string;
  readonly at: string;
  readonly id: string;
  readonly conditions: readonly Condition[];
}

function sourceOf(query: ExecutionRecordQuery, driver: Driver): Source {
  const isLabeled = driver.filters.has("labels");
  const [at, id] = isLabeled ? ["labeled_at", "labeled_id"] : ["started_at", "execution_id"];
  // The planner must not choose another index, such as that of a status and a time for a workflow's, and read all that it has.
  const heads = `heads INDEXED BY ${driver.index}`;
  return {
    ...{ at, id, from: isLabeled ? "labels" : heads },
    conditions: [
      ...labelConditions(query),
      ...filterConditions(query, driver),
      ...placeConditions(query, at, id),
    ],
  };
}

/** Read in the order of the first label's own index: one that few of a million runs have is found as fast as one that all have. */
function labelConditions({ labels = {} }: ExecutionRecordQuery): readonly Condition[] {
  return Object.entries(labels).map(([name, value], n) =>
    n === 0
      ? { sql: "labels.name = ? AND labels.value = ?", values: [name, value], isServed: true }
      : {
          sql: "EXISTS (SELECT 1 FROM labels AS other WHERE other.name = ? AND other.value = ? AND other.labeled_at = started_at AND other.labeled_id = execution_id)",
          values: [name, value],
        },
  );
}

function filterConditions(query: ExecutionRecordQuery, { filters }: Driver): readonly Condition[] {
  const { workflowId, status, version, startedBy, endedFrom, endedBefore } = query;
  const equal = (
    [
      ["workflowId", "workflow_id = ?", workflowId],
      ["status", "status = ?", status],
      ["version", "version = ?", version],
      ["startedBy", "started_by = ?", startedBy],
      ["ended", "ended_at >= ?", endedFrom],
      ["ended", "ended_at < ?", endedBefore],
    ] as const
  ).flatMap(([filter, sql, value]) =>
    value === undefined ? [] : [{ sql, values: [value], isServed: filters.has(filter) }],
  );
  // Word for word as in the indexes that hold only these.
  const kinds = (
    [
      ["isUnderWay", "status IN ('queued', 'running', 'waiting')"],
      ["isAsking", "open_requests <> '[]'"],
    ] as const
  ).flatMap(([filter, sql]) =>
    query[filter] ? [{ sql, values: [], isServed: filters.has(filter) }] : [],
  );
  return [...equal, ...kinds];
}

/** Where in the order of the index the page is. */
function placeConditions(
  query: ExecutionRecordQuery,
  at: string,
  id: string,
): readonly Condition[] {
  const { startedFrom, cursor } = query;
  const before = startBound(query);
  const after = cursor === undefined ? null : parseCursor(cursor);
  return [
    ...(startedFrom === undefined ? [] : [{ sql: `${at} >= ?`, values: [startedFrom] }]),
    ...(before === null ? [] : [{ sql: `${at} < ?`, values: [before] }]),
    ...(after === null
      ? []
      : [{ sql: `(${at}, ${id}) < (?, ?)`, values: [after.startedAt, after.executionId] }]),
  ].map((condition) => ({ ...condition, isServed: true }));
}

function where(conditions: readonly Condition[]): string {
  return conditions.length === 0 ? "" : `WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`;
}
