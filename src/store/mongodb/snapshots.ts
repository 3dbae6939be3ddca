import type { SnapshotStore } from "../../engine/ports/snapshot-records.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";
import { readJson } from "./values.ts";

/** What logs fold to, the newest of each execution. */
export function createSnapshots(connection: Connection): SnapshotStore {
  const { snapshots } = connection.collections;
  return {
    async writeSnapshot({ executionId: _id, rev, state }) {
      const document = { schemaVersion: SCHEMA_VERSION, rev, state: JSON.stringify(state) };
      await connection.ask(async () => {
        try {
          await snapshots.replaceOne({ _id, rev: { $lt: rev } }, document, { upsert: true });
        } catch (error) {
          // There is one that is as new.
          if (!isDuplicateKey(error)) throw error;
        }
      });
    },
    async readSnapshot(executionId) {
      const found = await connection.ask(() => snapshots.findOne({ _id: executionId }));
      return found && { executionId, rev: found.rev, state: readJson(found.state) };
    },
  };
}
