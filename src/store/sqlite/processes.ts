import type { ProcessRecord, ProcessStore } from "../../engine/ports/store.ts";
import type { Connection } from "./connection.ts";
import type { Row } from "./row.ts";
import { integer, text } from "./row.ts";

/** Which processes are at work. Here it is one. */
export function createProcesses(connection: Connection): ProcessStore {
  const replace = connection.prepare(
    "REPLACE INTO processes (id, name, started_at, seen_at) VALUES (?, ?, ?, ?)",
  );
  const select = connection.prepare("SELECT * FROM processes ORDER BY id");
  const remove = connection.prepare("DELETE FROM processes WHERE id = ? AND seen_at = ?");
  return {
    save: ({ id, name, startedAt, seenAt }) =>
      connection.write(() => {
        replace.run(id, name, startedAt, seenAt);
      }),
    list: () => connection.read(() => select.all().map(toProcess)),
    remove: ({ id, seenAt }) => connection.write(() => remove.run(id, seenAt).changes === 1),
  };
}

function toProcess(row: Row): ProcessRecord {
  return {
    id: text(row, "id"),
    name: text(row, "name"),
    startedAt: integer(row, "started_at"),
    seenAt: integer(row, "seen_at"),
  };
}
