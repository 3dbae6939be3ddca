import { describe, expect, test } from "vitest";
import type { BudgetRecord } from "../../../src/engine/ports/calls.ts";
import { type OpenStore, START } from "../records.ts";

function budget(parts: Partial<BudgetRecord> = {}): BudgetRecord {
  return {
    scope: "workflow",
    subject: "refund",
    monthlyNano: 20_000_000_000,
    setBy: "U0ALICE",
    setAt: START,
    ...parts,
  };
}

export function budgetsConformance(open: OpenStore): void {
  describe("budgets", () => {
    test("are read together, by scope and subject; the last write of one stands", async () => {
      await using store = await open();
      const person = budget({ scope: "person", subject: "U0BOB" });
      const all = budget({ scope: "all", subject: "" });
      expect(await store.budgets.list()).toEqual([]);

      for (const one of [budget(), person, all]) await store.budgets.save(one);
      await store.budgets.save(budget({ monthlyNano: null, setAt: START + 1 }));

      expect(await store.budgets.list()).toEqual([
        all,
        person,
        budget({ monthlyNano: null, setAt: START + 1 }),
      ]);
    });
  });
}
