import { DAY_MS, NOTHING, type Totals, type TotalsRow } from "../../engine/model/totals.ts";
import type { TotalsStore } from "../../engine/ports/executions.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { TotalsDocument } from "./collections.ts";
import type { Connection } from "./connection.ts";
import type { TotalsProjector } from "./totals-projector.ts";
import { time, toDate } from "./values.ts";
import type { WriteBehind } from "./write-behind.ts";

interface DaySumDocument extends Totals {
  readonly _id: { readonly name: string; readonly day: unknown };
}

/** Names that begin with a text are before the text with this. */
const LAST_CHARACTER = "\u{10ffff}";

/** Reading the running totals, with what this process committed before. */
export function createTotals(
  connection: Connection,
  trailing: WriteBehind,
  projector: TotalsProjector,
): TotalsStore {
  const { totals } = connection.collections;
  return {
    async read({ dimension, workflowId, name, prefix, from, to }) {
      if (trailing.isPending()) await trailing.flush();
      await projector.catchUp();
      const documents = await connection.ask(() =>
        totals
          .find(
            omitUndefined({
              dimension,
              workflow: workflowId,
              name:
                prefix === undefined ? name : { $gte: prefix, $lt: `${prefix}${LAST_CHARACTER}` },
              hour: { $gte: toDate(from), $lt: toDate(to) },
            }),
          )
          .sort({ workflow: 1, hour: 1, name: 1 })
          .toArray(),
      );
      return documents.map(toRow);
    },
    async sumDays({ dimension, from, to, each }) {
      if (trailing.isPending()) await trailing.flush();
      await projector.catchUp();
      const name = dimension === "workflow" ? "$workflow" : "$name";
      const at = { $toLong: "$hour" };
      const day = each === "day" ? { $subtract: [at, { $mod: [at, DAY_MS] }] } : { $literal: from };
      const sums = Object.keys(NOTHING).map((count) => [count, { $sum: `$${count}` }]);
      const found = await connection.ask(() =>
        totals
          .aggregate<DaySumDocument>([
            { $match: { dimension, hour: { $gte: toDate(from), $lt: toDate(to) } } },
            { $group: { _id: { day, name }, ...Object.fromEntries(sums) } },
            { $sort: { "_id.day": 1, "_id.name": 1 } },
          ])
          .toArray(),
      );
      return found.map(({ _id, ...counts }) => ({
        ...counts,
        name: _id.name,
        day: Number(_id.day),
      }));
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
