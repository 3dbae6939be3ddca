import type { DedupeStore } from "../../engine/ports/store.ts";
import type { Connection } from "./connection.ts";
import { text } from "./row.ts";

/** How many expired keys each call removes: more than it adds, so that the table shrinks without a job of its own. */
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
