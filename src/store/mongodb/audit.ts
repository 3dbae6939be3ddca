import type { AuditStore } from "../../engine/ports/audit.ts";
import { AUDIT, createAudit } from "../records.ts";
import type { Connection } from "./connection.ts";
import { recordCollection } from "./record-collection.ts";
import type { TotalsProjector } from "./totals-projector.ts";
import type { WriteBehind } from "./write-behind.ts";

/** Who did what, with what executions did that this process committed before. */
export function openAudit(
  connection: Connection,
  trailing: WriteBehind,
  projector: TotalsProjector,
  append: AuditStore["append"],
): AuditStore {
  const upToDate = async (): Promise<void> => {
    if (trailing.isPending()) await trailing.flush();
    await projector.catchUp();
  };
  return createAudit(recordCollection(connection, AUDIT), upToDate, append);
}

/** Adds records; those that are there already stay as they are. */
export function appendAudit(connection: Connection): AuditStore["append"] {
  const audit = recordCollection(connection, AUDIT);
  return async (records) => {
    await Promise.all(records.map((record) => audit.insert(record)));
  };
}
