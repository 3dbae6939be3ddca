import type { EventRecord, EventStore } from "../../engine/ports/events.ts";
import type { Connection } from "./connection.ts";
import { json, type Row, text } from "./row.ts";

/**
 * Named events, and who waits for them. A settled row stays: its id stays taken, and a later wait
 * may look back at it.
 */
export function createEvents(connection: Connection): EventStore {
  const insert = connection.prepare(
    "INSERT INTO events (id, name, at, record) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const selectById = connection.prepare("SELECT record FROM events WHERE id = ?");
  const selectAfter = connection.prepare(
    "SELECT record FROM events WHERE name = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ?",
  );
  const selectPending = connection.prepare(
    "SELECT record FROM events WHERE settled = 0 ORDER BY at, id LIMIT ?",
  );
  const settle = connection.prepare("UPDATE events SET settled = 1 WHERE id = ?");
  const subscribe = connection.prepare(
    "INSERT INTO subscriptions (name, execution_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const unsubscribe = connection.prepare(
    "DELETE FROM subscriptions WHERE name = ? AND execution_id = ?",
  );
  const selectSubscribers = connection.prepare(
    "SELECT execution_id FROM subscriptions WHERE name = ? AND execution_id > ? ORDER BY execution_id LIMIT ?",
  );
  return {
    async insert(event) {
      const { id, name, at } = event;
      const record = JSON.stringify(event);
      return await connection.write(() => insert.run(id, name, at, record).changes === 1);
    },
    get: (id) =>
      connection.read(() => {
        const row = selectById.get(id);
        return row === undefined ? null : toEvent(row);
      }),
    list: ({ name, from, after, limit }) =>
      connection.read(() => {
        // Before every id of the first moment.
        const place = after === undefined || after.at < from ? { at: from, id: "" } : after;
        return selectAfter.all(name, place.at, place.id, limit).map(toEvent);
      }),
    pending: (limit) => connection.read(() => selectPending.all(limit).map(toEvent)),
    async settle(ids) {
      const given = [...ids];
      await connection.write(() => {
        for (const id of given) settle.run(id);
      });
    },
    async subscribe(executionId, name) {
      await connection.write(() => {
        subscribe.run(name, executionId);
      });
    },
    async unsubscribe(executionId, name) {
      await connection.write(() => {
        unsubscribe.run(name, executionId);
      });
    },
    listSubscribers: (name, { after = "", limit }) =>
      connection.read(() =>
        selectSubscribers.all(name, after, limit).map((row) => text(row, "execution_id")),
      ),
  };
}

function toEvent(row: Row): EventRecord {
  return json(row, "record");
}
