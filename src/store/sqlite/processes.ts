import type { ProcessRecord, SharedWork } from "../../engine/ports/shared-work.ts";
import type { Connection } from "./connection.ts";
import { integer, type Row, text } from "./row.ts";

type Processes = Pick<
  SharedWork,
  "writeProcess" | "listProcesses" | "removeProcess" | "readUpgrade"
>;

/** Which processes are at work. Here it is one. */
export function createProcesses(connection: Connection): Processes {
  const replace = connection.prepare(
    "REPLACE INTO processes (id, name, started_at, seen_at) VALUES (?, ?, ?, ?)",
  );
  const select = connection.prepare("SELECT * FROM processes ORDER BY id");
  const remove = connection.prepare("DELETE FROM processes WHERE id = ? AND seen_at = ?");
  return {
    writeProcess: ({ id, name, startedAt, seenAt }) =>
      connection.write(() => {
        replace.run(id, name, startedAt, seenAt);
      }),
    listProcesses: () => connection.read(() => select.all().map(toProcess)),
    // Nobody else has the file while this process has it.
    readUpgrade: async () => null,
    removeProcess: ({ id, seenAt }) => connection.write(() => remove.run(id, seenAt).changes === 1),
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
