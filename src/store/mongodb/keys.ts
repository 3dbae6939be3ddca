import type { DedupeStore, KeyValueStore } from "../../engine/ports/store.ts";
import type { Json } from "../../shared/json.ts";
import { AFTER_ANY } from "../executions.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";
import { readJson, toDate } from "./values.ts";

/**
 * Keys of requests that must start one execution only, while they have not expired. The server
 * removes them some time later.
 */
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

/** How far recurring things have come, by key. */
export function createMarks(connection: Connection): KeyValueStore {
  const { marks } = connection.collections;
  return {
    async get(key) {
      const document = await connection.ask(() => marks.findOne({ _id: key }));
      return document && readJson<Json>(document.value);
    },
    async remove(key) {
      await connection.ask(() => marks.deleteOne({ _id: key }));
    },
    async list(prefix) {
      const documents = await connection.ask(() =>
        marks
          .find({ _id: { $gte: prefix, $lt: prefix + AFTER_ANY } })
          .sort({ _id: 1 })
          .toArray(),
      );
      return documents.map(({ _id, value }) => ({ key: _id, value: readJson<Json>(value) }));
    },
    async set(key, value) {
      const text = JSON.stringify(value);
      await connection.ask(() =>
        marks.replaceOne(
          { _id: key },
          { schemaVersion: SCHEMA_VERSION, value: text },
          { upsert: true },
        ),
      );
    },
  };
}
