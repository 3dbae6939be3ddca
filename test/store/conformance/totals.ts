import { describe, expect, test } from "vitest";
import type { TotalsDelta } from "../../../src/engine/model/totals.ts";
import type { DaySumsQuery, TotalsQuery } from "../../../src/engine/ports/executions.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { commit, head, type OpenStore } from "../records.ts";

const HOUR = 3_600_000;

/** A change of one workflow's totals in one hour. */
function delta(parts: Partial<TotalsDelta> = {}): TotalsDelta {
  return {
    workflowId: "expenses",
    dimension: "workflow",
    name: "",
    hour: 0,
    started: 1,
    completed: 0,
    failed: 0,
    cancelled: 0,
    durationMs: 0,
    costNano: 5,
    costUnknown: 0,
    calls: 1,
    promptTokens: 20,
    completionTokens: 2,
    ...parts,
  };
}

function read(store: Store, query: Partial<TotalsQuery> = {}) {
  return store.totals.read({ dimension: "workflow", from: 0, to: 2 * HOUR, ...query });
}

export function totalsConformance(open: OpenStore): void {
  describe("running totals", () => {
    test("add up over commits, by workflow, hour, dimension and name", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const whole = delta();
      const step = delta({ dimension: "step", name: "pay", costNano: 3 });
      const model = delta({ dimension: "model", name: "pay", costNano: 2 });

      await store.log.commit(
        commit("exec_1", 1),
        head("exec_1", { rev: 1 }),
        [],
        [whole, step, model],
      );
      await store.log.commit(
        commit("exec_1", 2),
        head("exec_1", { rev: 2 }),
        [],
        [whole, delta({ hour: HOUR })],
      );

      expect(await read(store, { workflowId: "expenses" })).toEqual([
        delta({ started: 2, costNano: 10, calls: 2, promptTokens: 40, completionTokens: 4 }),
        delta({ hour: HOUR }),
      ]);
      expect(await read(store, { dimension: "step" })).toEqual([step]);
      expect(await read(store, { dimension: "model" })).toEqual([model]);
    });

    test("count a repeated commit once, and a lost race not at all", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const one = commit("exec_1", 1);
      const write = (which: typeof one) =>
        store.log.commit(which, head("exec_1", { rev: 1 }), [], [delta()]);

      await write(one);
      await write(one);
      await expect(write({ ...one, commitId: "rival" })).rejects.toThrow();

      expect(await read(store)).toEqual([delta()]);
    });

    test("are read for the hours asked for, the last one excluded", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const hours = [0, HOUR, 2 * HOUR].map((hour) => delta({ hour }));
      await store.log.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), [], hours);

      const rows = await read(store, { from: HOUR });

      expect(rows.map((row) => row.hour)).toEqual([HOUR]);
    });

    test("are read for one name over all workflows, in order of workflow, hour and name", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const of = (workflowId: string, name: string, hour = 0): TotalsDelta =>
        delta({ workflowId, dimension: "person", name, hour });
      const rows = [of("b", "U1"), of("a", "U2"), of("a", "U1", HOUR), of("a", "U1")];
      await store.log.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), [], rows);

      const ofAll = await read(store, { dimension: "person" });
      const ofOne = await read(store, { dimension: "person", name: "U1" });

      expect(ofAll).toEqual([of("a", "U1"), of("a", "U2"), of("a", "U1", HOUR), of("b", "U1")]);
      expect(ofOne).toEqual([of("a", "U1"), of("a", "U1", HOUR), of("b", "U1")]);
    });

    test("are read for names that begin alike, and for no others", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const of = (name: string, workflowId = "a"): TotalsDelta =>
        delta({ workflowId, dimension: "person-model", name });
      const rows = [
        ...["U1 gpt-4o", "U1 \u{1f600}", "U1", "U10 gpt-4o", "U2 gpt-4o"].map((name) => of(name)),
        of("U1 gpt-4o", "b"),
      ];
      await store.log.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), [], rows);

      const ofOne = await read(store, { dimension: "person-model", prefix: "U1 " });
      const ofWorkflow = await read(store, {
        ...{ dimension: "person-model", prefix: "U1 ", workflowId: "b" },
      });

      expect(ofOne).toEqual([of("U1 gpt-4o"), of("U1 \u{1f600}"), of("U1 gpt-4o", "b")]);
      expect(ofWorkflow).toEqual([of("U1 gpt-4o", "b")]);
    });

    test("are summed over whole days, by name or by day and name", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));
      const day = 20_000 * 24 * HOUR;
      const of = (workflowId: string, name: string, hour: number): TotalsDelta =>
        delta({ workflowId, dimension: "person", name, hour });
      const rows = [
        ...[of("a", "U1", day), of("b", "U1", day + 23 * HOUR), of("a", "U2", day)],
        ...[of("a", "U1", day + 24 * HOUR), of("a", "U1", day - HOUR)],
        delta({ workflowId: "a", hour: day, costNano: 7 }),
        delta({ dimension: "step", name: "pay", hour: day }),
      ];
      for (const rev of [1, 2])
        await store.log.commit(commit("exec_1", rev), head("exec_1", { rev }), [], rows);
      const sums = async (fields: Partial<DaySumsQuery> = {}) =>
        (
          await store.totals.sumDays({
            ...{ dimension: "person", from: day, to: day + 48 * HOUR, each: "day" },
            ...fields,
          })
        ).map(({ name, day: at, started, costNano, completionTokens }) => ({
          ...{ name, day: (at - day) / (24 * HOUR), started, costNano, completionTokens },
        }));

      expect(await sums()).toEqual([
        { name: "U1", day: 0, started: 4, costNano: 20, completionTokens: 8 },
        { name: "U2", day: 0, started: 2, costNano: 10, completionTokens: 4 },
        { name: "U1", day: 1, started: 2, costNano: 10, completionTokens: 4 },
      ]);
      expect(await sums({ each: "name" })).toEqual([
        { name: "U1", day: 0, started: 6, costNano: 30, completionTokens: 12 },
        { name: "U2", day: 0, started: 2, costNano: 10, completionTokens: 4 },
      ]);
      expect(await sums({ dimension: "workflow", to: day + 24 * HOUR })).toEqual([
        { name: "a", day: 0, started: 2, costNano: 14, completionTokens: 4 },
      ]);
      expect(await sums({ dimension: "model" })).toEqual([]);
    });
  });
}
