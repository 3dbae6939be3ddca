import type { CallCost, CallRecord, CallStore, PromptCall } from "../../engine/ports/calls.ts";
import type { PromptVersionId } from "../../engine/ports/prompts.ts";
import { toCallCost } from "../call-cost.ts";
import type { Connection } from "./connection.ts";
import type { Row } from "./row.ts";
import { flag, integer, integerOrNull, json, text } from "./row.ts";

/** Calls of models. A record is written once and read whole, so it is one text. */
export function createCalls(connection: Connection): CallStore {
  const insert = connection.prepare(
    "INSERT INTO calls (id, execution_id, workflow_id, at, prompt, record, cost) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const select = connection.prepare("SELECT record FROM calls WHERE id = ?");
  const selectOfExecution = connection.prepare(
    "SELECT record FROM calls WHERE execution_id = ? ORDER BY at, id",
  );
  const selectCosts = connection.prepare(
    "SELECT cost FROM calls WHERE workflow_id = ? AND at >= ? AND at < ? ORDER BY at, id",
  );

  const selectOfPrompt = connection.prepare(`
    SELECT id, at,
      json_extract(record, '$.model') AS model,
      json_extract(record, '$.costNano') AS cost_nano,
      json_extract(record, '$.latencyMs') AS latency_ms,
      json_type(record, '$.value') IS NOT NULL AS valid
    FROM calls WHERE prompt = ? ORDER BY at DESC, id DESC LIMIT ?`);

  return {
    async insert(call) {
      const { id, executionId, workflowId, at, prompt } = call;
      const record = JSON.stringify(call);
      const cost = JSON.stringify(toCallCost(call));
      await connection.write(() => {
        insert.run(
          id,
          executionId,
          workflowId,
          at,
          prompt ? promptKey(prompt) : null,
          record,
          cost,
        );
      });
    },
    get: (id) =>
      connection.read(() => {
        const row = select.get(id);
        return row === undefined ? null : json<CallRecord>(row, "record");
      }),
    list: (executionId) =>
      connection.read(() =>
        selectOfExecution.all(executionId).map((row) => json<CallRecord>(row, "record")),
      ),
    listCosts: ({ workflowId, from, to }) =>
      connection.read(() =>
        selectCosts.all(workflowId, from, to).map((row) => json<CallCost>(row, "cost")),
      ),
    listOfPrompt: (prompt, limit) =>
      connection.read(() => selectOfPrompt.all(promptKey(prompt), limit).map(toPromptCall)),
  };
}

/** How a version of a named prompt is found: names hold no `@`. */
export function promptKey({ name, version }: PromptVersionId): string {
  return `${name}@${version}`;
}

function toPromptCall(row: Row): PromptCall {
  return {
    id: text(row, "id"),
    at: integer(row, "at"),
    model: text(row, "model"),
    costNano: integerOrNull(row, "cost_nano"),
    latencyMs: integer(row, "latency_ms"),
    valid: flag(row, "valid"),
  };
}
