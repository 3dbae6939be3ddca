import type { SlotStore } from "../../engine/ports/executions.ts";
import type { Connection } from "./connection.ts";
import { integer, text } from "./row.ts";

/** Slots of executions of which only so many may run, and the queue for them. */
export function createSlots(connection: Connection): SlotStore {
  const select = connection.prepare(
    "SELECT slot, execution_id FROM slots WHERE line = ? ORDER BY slot",
  );
  const take = connection.prepare(
    "INSERT INTO slots (line, slot, execution_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const selectHolder = connection.prepare(
    "SELECT execution_id FROM slots WHERE line = ? AND slot = ?",
  );
  const free = connection.prepare(
    "DELETE FROM slots WHERE line = ? AND slot = ? AND execution_id = ?",
  );
  const join = connection.prepare(
    "INSERT INTO lines (line, execution_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const leave = connection.prepare("DELETE FROM lines WHERE line = ? AND execution_id = ?");
  const selectNext = connection.prepare(
    "SELECT execution_id FROM lines WHERE line = ? ORDER BY at, execution_id LIMIT ?",
  );
  const selectLines = connection.prepare(
    "SELECT line FROM lines WHERE line > ?1 UNION SELECT line FROM slots WHERE line > ?1 ORDER BY line LIMIT ?2",
  );

  return {
    list: (line) =>
      connection.read(() =>
        select
          .all(line)
          .map((row) => ({ slot: integer(row, "slot"), executionId: text(row, "execution_id") })),
      ),
    take: (line, slot, executionId) =>
      connection.write(() => {
        take.run(line, slot, executionId);
        const holder = selectHolder.get(line, slot);
        return holder !== undefined && text(holder, "execution_id") === executionId;
      }),
    free: (line, slot, executionId) =>
      connection.write(() => {
        free.run(line, slot, executionId);
      }),
    enqueue: ({ line, executionId, at }) =>
      connection.write(() => {
        join.run(line, executionId, at);
      }),
    dequeue: (line, executionId) =>
      connection.write(() => {
        leave.run(line, executionId);
      }),
    listLines: ({ after, limit }) =>
      connection.read(() => selectLines.all(after, limit).map((row) => text(row, "line"))),
    peek: (line, limit) =>
      connection.read(() => selectNext.all(line, limit).map((row) => text(row, "execution_id"))),
  };
}
