import type { PromptCall, PromptVersionId } from "../../engine/ports/prompt-records.ts";
import type { CallRecord, Store } from "../../engine/ports/store.ts";
import type { Connection } from "./connection.ts";
import { flag, integer, integerOrNull, json, type Row, text } from "./row.ts";

type Calls = Pick<Store, "insertCall" | "readCall" | "listCalls" | "listPromptCalls">;

/** Calls of models. A record is written once and read whole, so it is one text. */
export function createCalls(connection: Connection): Calls {
  const insert = connection.prepare(
    "INSERT INTO calls (id, execution_id, at, prompt, record) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const select = connection.prepare("SELECT record FROM calls WHERE id = ?");
  const selectOfExecution = connection.prepare(
    "SELECT record FROM calls WHERE execution_id = ? ORDER BY at, id",
  );

  const selectOfPrompt = connection.prepare(`
    SELECT id, at,
      json_extract(record, '$.model') AS model,
      json_extract(record, '$.costNano') AS cost_nano,
      json_extract(record, '$.latencyMs') AS latency_ms,
      json_type(record, '$.value') IS NOT NULL AS valid
    FROM calls WHERE prompt = ? ORDER BY at DESC, id DESC LIMIT ?`);

  return {
    async insertCall(call) {
      const { id, executionId, at, prompt } = call;
      const record = JSON.stringify(call);
      await connection.write(() => {
        insert.run(id, executionId, at, prompt ? promptKey(prompt) : null, record);
      });
    },
    readCall: (id) =>
      connection.read(() => {
        const row = select.get(id);
        return row === undefined ? null : json<CallRecord>(row, "record");
      }),
    listCalls: (executionId) =>
      connection.read(() =>
        selectOfExecution.all(executionId).map((row) => json<CallRecord>(row, "record")),
      ),
    listPromptCalls: (prompt, limit) =>
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
