import { describe, expect, test } from "vitest";
import type { TotalsDelta } from "../../../src/engine/model/totals.ts";
import type { TotalsQuery } from "../../../src/engine/ports/executions.ts";
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
  });
}
