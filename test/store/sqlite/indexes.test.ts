import { describe, expect, test } from "vitest";
import type { ExecutionRecordQuery } from "../../../src/engine/ports/executions.ts";
import { toCursor } from "../../../src/store/executions.ts";
import { openDatabaseFile } from "../../../src/store/sqlite/database-file.ts";
import { pageQuery } from "../../../src/store/sqlite/heads.ts";
import { totalsQuery } from "../../../src/store/sqlite/totals.ts";
import { START } from "../records.ts";

const cursor = toCursor({ startedAt: START, executionId: "exec_1" });

describe("lists of executions use an index and sort nothing", () => {
  test.for<{ query: Omit<ExecutionRecordQuery, "limit">; index: string }>([
    { query: {}, index: "heads_started" },
    { query: { cursor }, index: "heads_started" },
    { query: { workflowId: "refund" }, index: "heads_workflow" },
    { query: { workflowId: "refund", cursor }, index: "heads_workflow" },
    { query: { status: "waiting" }, index: "heads_status" },
    { query: { status: "waiting", cursor }, index: "heads_status" },
    { query: { startedBy: "U0ALICE" }, index: "heads_started_by" },
    { query: { startedBy: "U0ALICE", cursor }, index: "heads_started_by" },
    { query: { startedBy: "U0ALICE", isUnderWay: true }, index: "heads_under_way" },
    { query: { startedBy: "U0ALICE", isUnderWay: true, cursor }, index: "heads_under_way" },
    { query: { isAsking: true }, index: "heads_asking" },
    { query: { isAsking: true, cursor }, index: "heads_asking" },
  ])("$index serves $query", ({ query, index }) => {
    const database = openDatabaseFile(":memory:", "off");
    const { sql, values } = pageQuery({ ...query, limit: 10 });

    const plan = database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...values)
      .map((row) => String(row["detail"]));

    expect(plan.join("\n")).toContain(`USING INDEX ${index}`);
    expect(plan.join("\n")).not.toContain("TEMP B-TREE");
    database.close();
  });
});

test.for([
  { query: { workflowId: "refund" }, index: "dimension=? AND workflow_id=?" },
  { query: {}, index: "totals_hour (dimension=? AND hour>? AND hour<?)" },
  {
    query: { name: "U0ALICE" },
    index: "totals_name (dimension=? AND name=? AND hour>? AND hour<?)",
  },
])("running totals of $query are found by $index", ({ query, index }) => {
  const database = openDatabaseFile(":memory:", "off");
  const { sql, values } = totalsQuery({ dimension: "workflow", from: 0, to: 1, ...query });

  const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);

  expect(plan.map((row) => String(row["detail"])).join("\n")).toContain(index);
  database.close();
});
