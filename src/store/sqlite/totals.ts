import type { Store, TotalsDelta, TotalsRow } from "../../engine/ports/store.ts";
import type { Connection } from "./connection.ts";
import { integer, type Row, text } from "./row.ts";

/** Stands for the workflow itself in the key; no step has an empty id. */
const WHOLE = "";

/** Reading the running totals. */
export function createTotals(connection: Connection): Pick<Store, "readTotals"> {
  const ofOne = connection.prepare(
    "SELECT * FROM totals WHERE workflow_id = ? AND hour >= ? AND hour < ? ORDER BY hour, step_id",
  );
  const ofAll = connection.prepare(
    "SELECT * FROM totals WHERE hour >= ? AND hour < ? ORDER BY workflow_id, hour, step_id",
  );
  return {
    readTotals: ({ workflowId, from, to }) =>
      connection.read(() =>
        (workflowId === undefined ? ofAll.all(from, to) : ofOne.all(workflowId, from, to)).map(
          toRow,
        ),
      ),
  };
}

/**
 * The statement that adds to the totals.
 *
 * @returns a function that takes the values now and gives the write to run later.
 */
export function prepareTotals(
  connection: Connection,
): (deltas: readonly TotalsDelta[]) => () => void {
  const add = connection.prepare(
    `INSERT INTO totals (workflow_id, hour, step_id, started, completed, failed, cancelled, duration_ms, cost_nano, cost_unknown)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (workflow_id, hour, step_id) DO UPDATE SET
       started = started + excluded.started, completed = completed + excluded.completed, failed = failed + excluded.failed,
       cancelled = cancelled + excluded.cancelled, duration_ms = duration_ms + excluded.duration_ms,
       cost_nano = cost_nano + excluded.cost_nano, cost_unknown = cost_unknown + excluded.cost_unknown`,
  );
  return (deltas) => {
    const rows = deltas.map((delta) => [
      delta.workflowId,
      delta.hour,
      delta.stepId ?? WHOLE,
      delta.started,
      delta.completed,
      delta.failed,
      delta.cancelled,
      delta.durationMs,
      delta.costNano,
      delta.costUnknown,
    ]);
    return () => {
      for (const row of rows) add.run(...row);
    };
  };
}

function toRow(row: Row): TotalsRow {
  const stepId = text(row, "step_id");
  return {
    workflowId: text(row, "workflow_id"),
    hour: integer(row, "hour"),
    stepId: stepId === WHOLE ? null : stepId,
    started: integer(row, "started"),
    completed: integer(row, "completed"),
    failed: integer(row, "failed"),
    cancelled: integer(row, "cancelled"),
    durationMs: integer(row, "duration_ms"),
    costNano: integer(row, "cost_nano"),
    costUnknown: integer(row, "cost_unknown"),
  };
}
