import type { KeyValueStore } from "../../engine/ports/store.ts";
import type { Json } from "../../shared/json.ts";
import { AFTER_ANY } from "../prefix.ts";
import type { Connection } from "./connection.ts";
import { json, text } from "./row.ts";

/** How far recurring things have come, by key. */
export function createMarks(connection: Connection): KeyValueStore {
  const select = connection.prepare("SELECT value FROM marks WHERE key = ?");
  const selectRange = connection.prepare(
    "SELECT key, value FROM marks WHERE key >= ? AND key < ? ORDER BY key",
  );
  const replace = connection.prepare("REPLACE INTO marks (key, value) VALUES (?, ?)");
  return {
    get: (key) =>
      connection.read(() => {
        const row = select.get(key);
        return row === undefined ? null : json<Json>(row, "value");
      }),
    list: (prefix) =>
      connection.read(() =>
        selectRange
          .all(prefix, prefix + AFTER_ANY)
          .map((row) => ({ key: text(row, "key"), value: json<Json>(row, "value") })),
      ),
    async set(key, value) {
      const valueText = JSON.stringify(value);
      await connection.write(() => {
        replace.run(key, valueText);
      });
    },
  };
}
