import type { DedupeStore } from "../../engine/ports/store.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";
import { toDate } from "./values.ts";

/** Keys of requests that must start one execution only, while they have not expired. The server removes them some time later. */
export function createDedupe(connection: Connection): DedupeStore {
  const { dedupe } = connection.collections;

  const insert = async (key: string, execution: string, expiresAt: Date): Promise<boolean> => {
    try {
      await dedupe.insertOne({ _id: key, schemaVersion: SCHEMA_VERSION, execution, expiresAt });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };

  return {
    async claim(key, executionId, now, expiresAt) {
      const end = toDate(expiresAt);
      for (;;) {
        if (await connection.ask(() => insert(key, executionId, end))) return executionId;
        const known = await connection.ask(() => dedupe.findOne({ _id: key }));
        // Removed in this moment: the key is free.
        if (known === null) continue;
        if (known.expiresAt.getTime() > now) return known.execution;
        const { matchedCount } = await connection.ask(() =>
          dedupe.updateOne(
            { _id: key, expiresAt: known.expiresAt, execution: known.execution },
            { $set: { execution: executionId, expiresAt: end } },
          ),
        );
        if (matchedCount === 1) return executionId;
      }
    },
  };
}
