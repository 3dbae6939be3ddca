import type { SQLInputValue } from "node:sqlite";
import type { AuditRecord, AuditStore } from "../../engine/ports/audit.ts";
import { AUDIT, createAudit } from "../records.ts";
import type { Connection } from "./connection.ts";
import { recordTable } from "./record-table.ts";

/** Who did what. What executions did is written in the transaction of their commits, so it never lags. */
export function openAudit(connection: Connection): AuditStore {
  const prepare = prepareAudit(connection);
  return createAudit(
    recordTable(connection, AUDIT),
    async () => {},
    async (records) => {
      const append = prepare(records);
      await connection.write(append);
    },
  );
}

/**
 * The statement that adds records; those that are there already stay as they are.
 *
 * @returns a function that takes the values now and gives the write to run later.
 */
export function prepareAudit(
  connection: Connection,
): (records: readonly AuditRecord[]) => () => void {
  const insert = connection.prepare(
    "INSERT INTO audit (id, actor, action, workflow_id, execution_id, record) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  return (records) => {
    const rows = records.map((record): readonly SQLInputValue[] => [
      record.id,
      record.actor,
      record.action,
      record.workflowId ?? null,
      record.executionId ?? null,
      JSON.stringify(record),
    ]);
    return () => {
      for (const row of rows) insert.run(...row);
    };
  };
}
