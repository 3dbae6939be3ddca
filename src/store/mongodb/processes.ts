import type { ProcessRecord, SharedWork } from "../../engine/ports/shared-work.ts";
import { type ProcessDocument, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { time, toDate } from "./values.ts";

type Processes = Pick<SharedWork, "writeProcess" | "listProcesses" | "removeProcess">;

/** Which processes share the work. */
export function createProcesses(connection: Connection): Processes {
  const { processes } = connection.collections;
  return {
    async writeProcess({ id, name, startedAt, seenAt }) {
      const body = {
        schemaVersion: SCHEMA_VERSION,
        name,
        startedAt: toDate(startedAt),
        seenAt: toDate(seenAt),
      };
      await connection.ask(() => processes.replaceOne({ _id: id }, body, { upsert: true }));
    },
    async listProcesses() {
      const documents = await connection.ask(() => processes.find().sort({ _id: 1 }).toArray());
      return documents.map(toProcess);
    },
    async removeProcess({ id, seenAt }) {
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
