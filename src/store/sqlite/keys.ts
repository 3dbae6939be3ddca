import type { DedupeStore, KeyValueStore } from "../../engine/ports/store.ts";
import type { Json } from "../../shared/json.ts";
import { AFTER_ANY } from "../executions.ts";
import type { Connection } from "./connection.ts";
import { json, text } from "./row.ts";

/**
 * How many expired keys each call removes: more than it adds, so that the table shrinks without a
 * job of its own.
 */
const SWEEP = 10;

/** Keys of requests that must start one execution only, while they have not expired. */
export function createDedupe(connection: Connection): DedupeStore {
  const insert = connection.prepare(
    `INSERT INTO dedupe (key, execution_id, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET execution_id = excluded.execution_id, expires_at = excluded.expires_at
     WHERE dedupe.expires_at <= ?`,
  );
  const select = connection.prepare("SELECT execution_id FROM dedupe WHERE key = ?");
  const sweep = connection.prepare(
    `DELETE FROM dedupe WHERE key IN (SELECT key FROM dedupe WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEEP})`,
  );

  return {
    claim: (key, executionId, now, expiresAt) =>
      connection.write(() => {
        sweep.run(now);
        insert.run(key, executionId, expiresAt, now);
        const row = select.get(key);
        return row === undefined ? executionId : text(row, "execution_id");
      }),
  };
}

/** How far recurring things have come, by key. */
export function createMarks(connection: Connection): KeyValueStore {
  const select = connection.prepare("SELECT value FROM marks WHERE key = ?");
  const selectRange = connection.prepare(
    "SELECT key, value FROM marks WHERE key >= ? AND key < ? ORDER BY key",
  );
  const replace = connection.prepare("REPLACE INTO marks (key, value) VALUES (?, ?)");
  const remove = connection.prepare("DELETE FROM marks WHERE key = ?");
  return {
    get: (key) =>
      connection.read(() => {
        const row = select.get(key);
        return row === undefined ? null : json<Json>(row, "value");
      }),
    remove: (key) =>
      connection.write(() => {
        remove.run(key);
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
