import type { BudgetRecord } from "../../engine/ports/budget-records.ts";
import type { Store } from "../../engine/ports/store.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { readJson } from "./values.ts";

/** Monthly budgets. There are few, and they are read together. */
export function createBudgets(connection: Connection): Pick<Store, "listBudgets" | "writeBudget"> {
  const { budgets } = connection.collections;
  return {
    async listBudgets() {
      const documents = await connection.ask(() => budgets.find().sort({ _id: 1 }).toArray());
      return documents.map(({ record }) => readJson<BudgetRecord>(record));
    },
    async writeBudget(budget) {
      const id = `${budget.scope}:${budget.subject}`;
      const document = { schemaVersion: SCHEMA_VERSION, record: JSON.stringify(budget) };
      await connection.ask(() => budgets.replaceOne({ _id: id }, document, { upsert: true }));
    },
  };
}
