import type { SQLInputValue } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { ExecutionRecordQuery } from "../../../src/engine/ports/executions.ts";
import { toCursor } from "../../../src/store/executions.ts";
import { openDatabaseFile } from "../../../src/store/sqlite/database-file.ts";
import { SELECT_ENDED } from "../../../src/store/sqlite/heads.ts";
import { pageQuery, windowQuery } from "../../../src/store/sqlite/list-records.ts";
import { overQuery } from "../../../src/store/sqlite/removals.ts";
import { totalsQuery } from "../../../src/store/sqlite/totals.ts";
import { START } from "../records.ts";

/** The key of the table of labels, in whose order lists by a label are. */
const LABELS = "PRIMARY KEY (name=? AND value=?";
const cursor = toCursor({ startedAt: START, executionId: "exec_1" });

describe("lists of executions use an index and sort nothing", () => {
  test.for<{ query: Omit<ExecutionRecordQuery, "limit">; index: string }>([
    { query: {}, index: "INDEX heads_started" },
    { query: { cursor }, index: "INDEX heads_started" },
    { query: { workflowId: "refund" }, index: "INDEX heads_workflow" },
    { query: { workflowId: "refund", cursor }, index: "INDEX heads_workflow" },
    { query: { status: "waiting" }, index: "INDEX heads_status" },
    { query: { status: "waiting", cursor }, index: "INDEX heads_status" },
    { query: { workflowId: "refund", status: "failed" }, index: "INDEX heads_workflow_status" },
    { query: { workflowId: "refund", version: 3, cursor }, index: "INDEX heads_workflow_version" },
    {
      query: {
        workflowId: "refund",
        status: "failed",
        startedFrom: START,
        startedBefore: START + 9,
      },
      index: "INDEX heads_workflow_status",
    },
    { query: { startedBy: "U0ALICE" }, index: "INDEX heads_started_by" },
    { query: { startedBy: "U0ALICE", cursor }, index: "INDEX heads_started_by" },
    { query: { startedBy: "U0ALICE", isUnderWay: true }, index: "INDEX heads_under_way" },
    { query: { startedBy: "U0ALICE", isUnderWay: true, cursor }, index: "INDEX heads_under_way" },
    { query: { isAsking: true }, index: "INDEX heads_asking" },
    { query: { isAsking: true, cursor }, index: "INDEX heads_asking" },
    { query: { labels: { customer: "ACME" } }, index: LABELS },
    {
      query: { labels: { customer: "ACME", region: "EU" }, status: "failed", cursor },
      index: LABELS,
    },
  ])("$index serves $query", ({ query, index }) => {
    const { sql, values } = pageQuery({ ...query, limit: 10 });

    const plan = planOf(sql, values);

    expect(plan).toContain(`USING ${index}`);
    expect(plan).not.toContain("TEMP B-TREE");
  });

  test.for<{ query: Omit<ExecutionRecordQuery, "limit">; index: string }>([
    {
      query: { workflowId: "refund", startedBy: "U0ALICE", status: "failed" },
      index: "heads_workflow_status",
    },
    { query: { workflowId: "refund", startedBy: "U0ALICE" }, index: "heads_started_by" },
    { query: { startedBy: "U0ALICE", status: "failed", cursor }, index: "heads_started_by" },
    { query: { status: "failed", endedFrom: START }, index: "heads_status" },
    { query: { version: 2 }, index: "heads_started" },
    { query: { labels: { customer: "ACME" }, startedBy: "U0ALICE" }, index: LABELS },
  ])("$query is looked for along $index, between two places", ({ query, index }) => {
    const asked = { ...query, limit: 10, maxLooked: 5000 };
    const window = windowQuery(asked);
    const page = pageQuery(asked, { startedAt: START - 1, executionId: "exec_0" });

    for (const { sql, values } of [window, page].filter((one) => one !== null)) {
      const plan = planOf(sql, values);
      expect(plan).toContain(index);
      expect(plan).not.toContain("TEMP B-TREE");
    }
    expect(planOf(page.sql, page.values)).toMatch(/_id\)>\(\?,\?\)/);
    expect(window).not.toBeNull();
  });

  test("heads_ended serves what a person started, the last to end first", () => {
    const plan = planOf(SELECT_ENDED, ["U0ALICE", 5]);

    expect(plan).toContain("USING INDEX heads_ended");
    expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
  });
});

test.for([
  { query: { workflowId: "refund" }, index: "dimension=? AND workflow_id=?" },
  { query: {}, index: "totals_hour (dimension=? AND hour>? AND hour<?)" },
  {
    query: { name: "U0ALICE" },
    index: "totals_name (dimension=? AND name=? AND hour>? AND hour<?)",
  },
  {
    query: { prefix: "U0ALICE " },
    index: "totals_name (dimension=? AND name>? AND name<?)",
  },
])("running totals of $query are found by $index", ({ query, index }) => {
  const { sql, values } = totalsQuery({ dimension: "workflow", from: 0, to: 1, ...query });

  expect(planOf(sql, values)).toContain(index);
});

const after = { startedAt: START, executionId: "exec_1" };

test.for([
  { query: {}, index: "heads_started (started_at" },
  { query: { after }, index: "heads_started ((started_at,execution_id)>" },
  {
    query: { workflowId: "refund", after },
    index: "heads_workflow (workflow_id=? AND (started_at,execution_id)>",
  },
  { query: { startedBy: "U0ALICE" }, index: "heads_started_by (started_by=? AND started_at" },
  { query: { status: "failed" as const }, index: "heads_status (status=? AND started_at" },
])("executions of $query that are over are found by $index, and not sorted", ({ query, index }) => {
  const { sql, values } = overQuery({ endedBefore: START, limit: 10, ...query });

  const plan = planOf(sql, values);

  expect(plan).toContain(index);
  expect(plan).not.toContain("TEMP B-TREE");
});

/** How SQLite answers a query in an empty store, a line for each table. */
function planOf(sql: string, values: readonly SQLInputValue[]): string {
  const database = openDatabaseFile(":memory:", "off");
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
  database.close();
  return plan.map((row) => String(row["detail"])).join("\n");
}
