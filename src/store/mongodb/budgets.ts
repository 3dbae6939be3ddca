import type { BudgetRecord, BudgetStore } from "../../engine/ports/calls.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { readJson } from "./values.ts";

/** Monthly budgets. There are few, and they are read together. */
export function createBudgets(connection: Connection): BudgetStore {
  const { budgets } = connection.collections;
  return {
    async list() {
      const documents = await connection.ask(() => budgets.find().sort({ _id: 1 }).toArray());
      return documents.map(({ record }) => readJson<BudgetRecord>(record));
    },
    async save(budget) {
      const id = `${budget.scope}:${budget.subject}`;
      const document = { schemaVersion: SCHEMA_VERSION, record: JSON.stringify(budget) };
      await connection.ask(() => budgets.replaceOne({ _id: id }, document, { upsert: true }));
    },
  };
}
