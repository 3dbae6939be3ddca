import { SIGNAL_KINDS, type Signal, type SignalStore } from "../../engine/ports/executions.ts";
import type { Connection } from "./connection.ts";
import { integer, json, type Row, text } from "./row.ts";

/** What came from outside for executions. A settled row stays, because its id has to stay taken. */
export function createInbox(connection: Connection): SignalStore {
  const insert = connection.prepare(
    "INSERT INTO inbox (id, execution_id, kind, payload, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const selectAll = connection.prepare(
    "SELECT * FROM inbox WHERE settled = 0 ORDER BY at, id LIMIT ?",
  );
  const selectOfExecution = connection.prepare(
    "SELECT * FROM inbox WHERE settled = 0 AND execution_id = ? ORDER BY at, id LIMIT ?",
  );
  const settle = prepareSettling(connection);

  return {
    async insert({ id, executionId, kind, payload, at }) {
      const payloadText = JSON.stringify(payload);
      return await connection.write(
        () => insert.run(id, executionId, kind, payloadText, at).changes === 1,
      );
    },
    pending: ({ executionId, limit }) =>
      connection.read(() => {
        const rows =
          executionId === undefined
            ? selectAll.all(limit)
            : selectOfExecution.all(executionId, limit);
        return rows.map(toSignal);
      }),
    settle: async (ids) => await connection.write(settle(ids)),
  };
}

/**
 * The statement that marks signals as folded.
 *
 * @returns a function that takes the ids now and gives the write to run later.
 */
export function prepareSettling(connection: Connection): (ids: readonly string[]) => () => void {
  const settle = connection.prepare("UPDATE inbox SET settled = 1 WHERE id = ?");
  return (ids) => {
    const given = [...ids];
    return () => {
      for (const id of given) settle.run(id);
    };
  };
}

export function toSignal(row: Row): Signal {
  return {
    id: text(row, "id"),
    executionId: text(row, "execution_id"),
    kind: toKind(text(row, "kind")),
    payload: json(row, "payload"),
    at: integer(row, "at"),
  };
}

function toKind(value: string): Signal["kind"] {
  const kind = SIGNAL_KINDS.find((known) => known === value);
  if (kind !== undefined) return kind;
  throw new TypeError(`signal kind ${value} is unknown`);
}
