import type { TotalsRow } from "../../engine/model/totals.ts";
import type { TotalsStore } from "../../engine/ports/executions.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { TotalsDocument } from "./collections.ts";
import type { Connection } from "./connection.ts";
import type { TotalsProjector } from "./totals-projector.ts";
import { time, toDate } from "./values.ts";
import type { WriteBehind } from "./write-behind.ts";

/** Reading the running totals, with what this process committed before. */
export function createTotals(
  connection: Connection,
  trailing: WriteBehind,
  projector: TotalsProjector,
): TotalsStore {
  const { totals } = connection.collections;
  return {
    async read({ dimension, workflowId, name, from, to }) {
      if (trailing.isPending()) await trailing.flush();
      await projector.catchUp();
      const documents = await connection.ask(() =>
        totals
          .find(
            omitUndefined({
              dimension,
              workflow: workflowId,
              name,
              hour: { $gte: toDate(from), $lt: toDate(to) },
            }),
          )
          .sort({ workflow: 1, hour: 1, name: 1 })
          .toArray(),
      );
      return documents.map(toRow);
    },
  };
}

function toRow(document: TotalsDocument): TotalsRow {
  return {
    workflowId: document.workflow,
    dimension: document.dimension,
    name: document.name,
    hour: time(document.hour),
    started: document.started,
    completed: document.completed,
    failed: document.failed,
    cancelled: document.cancelled,
    durationMs: document.durationMs,
    costNano: document.costNano,
    costUnknown: document.costUnknown,
    calls: document.calls,
    promptTokens: document.promptTokens,
    completionTokens: document.completionTokens,
  };
}
