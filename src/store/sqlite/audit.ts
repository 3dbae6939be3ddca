import type { AuditStore } from "../../engine/ports/audit.ts";
import { AUDIT, createAudit } from "../records.ts";
import type { Connection } from "./connection.ts";
import { prepareInsert, recordTable } from "./record-table.ts";

/** Who did what. What executions did is written in the transaction of their commits, so it never lags. */
export function openAudit(connection: Connection): AuditStore {
  const insert = prepareInsert(connection, AUDIT);
  return createAudit(
    recordTable(connection, AUDIT),
    async () => {},
    async (records) => {
      const writes = records.map(insert);
      await connection.write(() => writes.forEach((write) => write()));
    },
  );
}
