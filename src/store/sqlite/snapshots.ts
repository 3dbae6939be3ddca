import type { SnapshotStore } from "../../engine/ports/snapshot-records.ts";
import type { Connection } from "./connection.ts";
import { integer, json, text } from "./row.ts";

/** What logs fold to, the newest of each execution. */
export function createSnapshots(connection: Connection): SnapshotStore {
  const write = connection.prepare(
    `INSERT INTO snapshots (execution_id, rev, state) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET rev = excluded.rev, state = excluded.state WHERE rev < excluded.rev`,
  );
  const select = connection.prepare("SELECT * FROM snapshots WHERE execution_id = ?");
  return {
    async writeSnapshot({ executionId, rev, state }) {
      const stateText = JSON.stringify(state);
      await connection.write(() => {
        write.run(executionId, rev, stateText);
      });
    },
    readSnapshot: (executionId) =>
      connection.read(() => {
        const row = select.get(executionId);
        if (row === undefined) return null;
        return {
          executionId: text(row, "execution_id"),
          rev: integer(row, "rev"),
          state: json(row, "state"),
        };
      }),
  };
}
