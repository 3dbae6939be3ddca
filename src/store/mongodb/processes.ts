import type { ProcessRecord, ProcessStore } from "../../engine/ports/store.ts";
import type { ProcessDocument } from "./collections.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { time, toDate } from "./values.ts";

/** Which processes share the work. */
export function createProcesses(connection: Connection): ProcessStore {
  const { processes } = connection.collections;
  return {
    async save({ id, name, startedAt, seenAt }) {
      const body = {
        schemaVersion: SCHEMA_VERSION,
        name,
        startedAt: toDate(startedAt),
        seenAt: toDate(seenAt),
      };
      await connection.ask(() => processes.replaceOne({ _id: id }, body, { upsert: true }));
    },
    async list() {
      const documents = await connection.ask(() => processes.find().sort({ _id: 1 }).toArray());
      return documents.map(toProcess);
    },
    async remove({ id, seenAt }) {
      const { deletedCount } = await connection.ask(() =>
        processes.deleteOne({ _id: id, seenAt: toDate(seenAt) }),
      );
      return deletedCount === 1;
    },
  };
}

function toProcess(document: ProcessDocument): ProcessRecord {
  return {
    id: document._id,
    name: document.name,
    startedAt: time(document.startedAt),
    seenAt: time(document.seenAt),
  };
}
