import type { ExecutionStatus } from "../../engine/model/state.ts";
import type { ExecutionRecord } from "../../engine/ports/executions.ts";
import { flag, integer, integerOrNull, json, type Row, text, textOrNull } from "./row.ts";

/** Beginning of every query for heads; the large and unchanging start event is kept beside them. */
export const SELECT_HEADS = "SELECT * FROM heads JOIN starts USING (execution_id)";

/** A head from a row of {@link SELECT_HEADS}. */
export function toHead(row: Row): ExecutionRecord {
  return {
    executionId: text(row, "execution_id"),
    workflowId: text(row, "workflow_id"),
    version: integer(row, "version"),
    status: toStatus(text(row, "status")),
    rev: integer(row, "rev"),
    due: integerOrNull(row, "due"),
    owner: textOrNull(row, "owner"),
    startedAt: integer(row, "started_at"),
    endedAt: integerOrNull(row, "ended_at"),
    waitingOn: json(row, "waiting_on"),
    openRequests: json(row, "open_requests"),
    costNano: integer(row, "cost_nano"),
    costUnknown: flag(row, "cost_unknown"),
    start: json(row, "event"),
  };
}

const STATUSES: readonly ExecutionStatus[] = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
];

function toStatus(value: string): ExecutionStatus {
  const status = STATUSES.find((known) => known === value);
  if (status === undefined) throw new TypeError(`status ${value} is unknown`);
  return status;
}
