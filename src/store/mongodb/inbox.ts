import type { Signal, SignalStore } from "../../engine/ports/executions.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { SCHEMA_VERSION, type SignalDocument } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { newInsertId, readJson, time, toDate } from "./values.ts";
import type { WriteBehind } from "./write-behind.ts";

/**
 * What came from outside for executions. A settled document stays, because its id has to stay
 * taken.
 */
export function createInbox(connection: Connection, trailing: WriteBehind): SignalStore {
  const { inbox } = connection.collections;
  const inserts = connection.inserts<SignalDocument>("inbox");
  return {
    insert: (signal) => inserts.add(toSignalDocument(signal)),
    async pending({ executionId, limit }) {
      const documents = await connection.ask(() =>
        inbox.find(pendingOf(executionId)).sort({ pendingAt: 1, _id: 1 }).limit(limit).toArray(),
      );
      // What was folded here must not come again while its settling is not written yet.
      return documents.filter(({ _id }) => !trailing.isSettled(_id)).map(toSignal);
    },
    async settle(ids) {
      trailing.putSettled(ids);
      await trailing.flush();
    },
  };
}

/** Signals not yet settled, of one execution or of all. */
function pendingOf(executionId?: string) {
  return {
    ...omitUndefined({ execution: executionId }),
    pendingAt: { $exists: true },
  };
}

/** A signal as it is inserted. */
export function toSignalDocument({ id, executionId, kind, payload, at }: Signal): SignalDocument {
  return {
    _id: id,
    schemaVersion: SCHEMA_VERSION,
    insertId: newInsertId(),
    execution: executionId,
    kind,
    payload: JSON.stringify(payload),
    at: toDate(at),
    pendingAt: toDate(at),
  };
}

function toSignal(document: SignalDocument): Signal {
  return {
    id: document._id,
    executionId: document.execution,
    kind: document.kind,
    payload: readJson(document.payload),
    at: time(document.at),
  };
}
