import type { BudgetRecord, BudgetStore } from "../../engine/ports/calls.ts";
import type { Connection } from "./connection.ts";
import { json } from "./row.ts";

/** Monthly budgets. There are few, and they are read together. */
export function createBudgets(connection: Connection): BudgetStore {
  const select = connection.prepare("SELECT record FROM budgets ORDER BY scope, subject");
  const replace = connection.prepare(
    "REPLACE INTO budgets (scope, subject, record) VALUES (?, ?, ?)",
  );
  return {
    list: () => connection.read(() => select.all().map((row) => json<BudgetRecord>(row, "record"))),
    async save(budget) {
      const { scope, subject } = budget;
      const record = JSON.stringify(budget);
      await connection.write(() => {
        replace.run(scope, subject, record);
      });
    },
  };
}
