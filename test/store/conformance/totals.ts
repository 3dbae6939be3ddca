import { describe, expect, test } from "vitest";
import type { TotalsDelta } from "../../../src/engine/ports/store.ts";
import { commit, head, type OpenStore } from "../records.ts";

const HOUR = 3_600_000;

/** A change of one workflow's totals in one hour. */
function delta(parts: Partial<TotalsDelta> = {}): TotalsDelta {
  return {
    workflowId: "expenses",
    stepId: null,
    hour: 0,
    started: 1,
    completed: 0,
    failed: 0,
    cancelled: 0,
    durationMs: 0,
    costNano: 5,
    costUnknown: 0,
    ...parts,
  };
}

export function totalsConformance(open: OpenStore): void {
  describe("running totals", () => {
    test("add up over commits, by workflow, hour and step", async () => {
      await using store = await open();
      await store.insertHead(head("exec_1"));
      const whole = delta();
      const step = delta({ stepId: "pay", costNano: 3 });

      await store.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), [], [whole, step]);
      await store.commit(
        commit("exec_1", 2),
        head("exec_1", { rev: 2 }),
        [],
        [whole, delta({ hour: HOUR })],
      );

      expect(await store.readTotals({ workflowId: "expenses", from: 0, to: 2 * HOUR })).toEqual([
        delta({ started: 2, costNano: 10 }),
        step,
        delta({ hour: HOUR }),
      ]);
    });

    test("count a repeated commit once, and a lost race not at all", async () => {
      await using store = await open();
      await store.insertHead(head("exec_1"));
      const one = commit("exec_1", 1);
      const write = (which: typeof one) =>
        store.commit(which, head("exec_1", { rev: 1 }), [], [delta()]);

      await write(one);
      await write(one);
      await expect(write({ ...one, commitId: "rival" })).rejects.toThrow();

      expect(await store.readTotals({ from: 0, to: HOUR })).toEqual([delta()]);
    });

    test("are read for the hours asked for, the last one excluded", async () => {
      await using store = await open();
      await store.insertHead(head("exec_1"));
      const hours = [0, HOUR, 2 * HOUR].map((hour) => delta({ hour }));
      await store.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), [], hours);

      const rows = await store.readTotals({ from: HOUR, to: 2 * HOUR });

      expect(rows.map((row) => row.hour)).toEqual([HOUR]);
    });
  });
}
