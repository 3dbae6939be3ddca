import { expect, test } from "vitest";
import type { CostSpansLine } from "../../../src/engine/api/costs.ts";
import { summarizeCosts } from "../../../src/engine/costs/cost-summary.ts";
import { GENERATION } from "../../../src/engine/model/execution-id.ts";
import { DAY_MS, HOUR_MS, NOTHING, type TotalsDelta } from "../../../src/engine/model/totals.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { call, commit, head } from "../../store/records.ts";

const TODAY = 20_000 * DAY_MS;
const NOW = TODAY + 10 * HOUR_MS;

/** A run of a workflow that Alice or Bob started some days ago. */
function run(workflowId: string, person: string, daysAgo: number, costNano: number): TotalsDelta[] {
  const hour = TODAY - daysAgo * DAY_MS;
  const spent = { ...NOTHING, workflowId, hour, started: 1, costNano };
  return [
    { ...spent, dimension: "workflow", name: "" },
    { ...spent, dimension: "person", name: person },
    { ...spent, dimension: "model", name: "gpt-4o", started: 0, calls: 1 },
    ...(daysAgo < 7
      ? [
          {
            ...spent,
            ...{ dimension: "person-model" as const, name: `${person} gpt-4o` },
            ...{ started: 0, calls: 1 },
          },
        ]
      : []),
  ];
}

async function openStore() {
  const store = await openSqliteStore({ path: ":memory:" });
  await store.executions.insert(head("exec_1"));
  await store.log.commit(
    commit("exec_1", 1),
    head("exec_1", { rev: 1 }),
    [],
    [
      ...run("triage", "U0ALICE", 0, 1),
      ...run("triage", "U0BOB", 6, 20),
      ...run("refund", "U0BOB", 7, 300),
      ...run("refund", "U0ALICE", 29, 4000),
      ...run("refund", "U0ALICE", 30, 50_000),
    ],
  );
  const draft = { workflowId: GENERATION, model: "gpt-4o", by: "U0ALICE" };
  await store.calls.insert(call("call_1", "gen_1", { ...draft, at: NOW, costNano: 600_000 }));
  await store.calls.insert(call("call_2", "gen_1", { ...draft, at: NOW, costNano: null }));
  return store;
}

function show(lines: readonly CostSpansLine[]) {
  return lines.map(({ name, today, week, month }) => [
    name,
    today.costNano,
    week.costNano,
    month.costNano,
    month.started,
  ]);
}

test("what all runs cost is summed over today, seven and thirty days, by workflow, person and model", async () => {
  await using store = await openStore();

  const all = await summarizeCosts(store, null, NOW);

  expect(show(all.workflows)).toEqual([
    [GENERATION, 600_000, 600_000, 600_000, 0],
    ["refund", 0, 0, 4300, 2],
    ["triage", 1, 21, 21, 2],
  ]);
  expect(show(all.people)).toEqual([
    ["U0ALICE", 600_001, 600_001, 604_001, 2],
    ["U0BOB", 0, 20, 320, 2],
  ]);
  expect(show(all.models)).toEqual([["gpt-4o", 600_001, 600_021, 604_321, 0]]);
  expect(all.total.month).toMatchObject({ costNano: 604_321, started: 4, costUnknown: 1 });
  expect(
    all.days.map(({ day, workflowId, costNano }) => [(TODAY - day) / DAY_MS, workflowId, costNano]),
  ).toEqual([
    [29, "refund", 4000],
    [7, "refund", 300],
    [6, "triage", 20],
    [0, "triage", 1],
    [0, GENERATION, 600_000],
  ]);
});

test("a person's own are those of their runs and drafts, and of no other person", async () => {
  await using store = await openStore();

  const own = await summarizeCosts(store, "U0BOB", NOW);

  expect(own.of).toBe("own");
  expect(show(own.workflows)).toEqual([
    ["refund", 0, 0, 300, 1],
    ["triage", 0, 20, 20, 1],
  ]);
  expect(own.people).toEqual([]);
  // Those of the day before models of people were counted are under no name.
  expect(show(own.models)).toEqual([
    ["", 0, 0, 300, 0],
    ["gpt-4o", 0, 20, 20, 0],
  ]);
  expect(own.total.month).toMatchObject({ costNano: 320, costUnknown: 0 });
});
