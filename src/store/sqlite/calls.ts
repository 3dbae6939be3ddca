import type { CallRecord, Store } from "../../engine/ports/store.ts";
import type { Connection } from "./connection.ts";
import { json } from "./row.ts";

type Calls = Pick<Store, "insertCall" | "readCall" | "listCalls">;

/** Calls of models. A record is written once and read whole, so it is one text. */
export function createCalls(connection: Connection): Calls {
  const insert = connection.prepare(
    "INSERT INTO calls (id, execution_id, at, record) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const select = connection.prepare("SELECT record FROM calls WHERE id = ?");
  const selectOfExecution = connection.prepare(
    "SELECT record FROM calls WHERE execution_id = ? ORDER BY at, id",
  );

  return {
    async insertCall(call) {
      const { id, executionId, at } = call;
      const record = JSON.stringify(call);
      await connection.write(() => {
        insert.run(id, executionId, at, record);
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
  };
}
