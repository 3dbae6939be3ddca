import type { KeyValueStore } from "../../engine/ports/store.ts";
import type { Json } from "../../shared/json.ts";
import { AFTER_ANY } from "../prefix.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { readJson } from "./values.ts";

/** How far recurring things have come, by key. */
export function createMarks(connection: Connection): KeyValueStore {
  const { marks } = connection.collections;
  return {
    async get(key) {
      const document = await connection.ask(() => marks.findOne({ _id: key }));
      return document && readJson<Json>(document.value);
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
