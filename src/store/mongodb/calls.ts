import type { CallRecord, Store } from "../../engine/ports/store.ts";
import { type CallDocument, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { newInsertId, readJson } from "./values.ts";

type Calls = Pick<Store, "insertCall" | "readCall" | "listCalls">;

/** Calls of models. A record is written once and read whole, so it is one text. */
export function createCalls(connection: Connection): Calls {
  const { calls } = connection.collections;
  const inserts = connection.inserts<CallDocument>("calls");
  return {
    async insertCall(call) {
      await inserts.add({
        _id: call.id,
        schemaVersion: SCHEMA_VERSION,
        insertId: newInsertId(),
        execution: call.executionId,
        at: new Date(call.at),
        record: JSON.stringify(call),
      });
    },
    async readCall(id) {
      const document = await connection.ask(() => calls.findOne({ _id: id }));
      return document && readJson<CallRecord>(document.record);
    },
    async listCalls(executionId) {
      const documents = await connection.ask(() =>
        calls.find({ execution: executionId }).sort({ at: 1, _id: 1 }).toArray(),
      );
      return documents.map(({ record }) => readJson<CallRecord>(record));
    },
  };
}
