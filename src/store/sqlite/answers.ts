import type { AnswerRecord, AnswerStore } from "../../engine/ports/answers.ts";
import type { Connection } from "./connection.ts";
import { json } from "./row.ts";

/** Expired answers that each claim removes: more than it adds. */
const SWEEP = 10;

/** Answers to requests that may be repeated, while they have not expired. */
export function createAnswers(connection: Connection): AnswerStore {
  const insert = connection.prepare(
    `INSERT INTO answers (id, holder, expires_at, record) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at, record = excluded.record
     WHERE answers.expires_at <= ?`,
  );
  const select = connection.prepare("SELECT record FROM answers WHERE id = ?");
  const update = connection.prepare(
    "UPDATE answers SET expires_at = ?, record = ? WHERE id = ? AND holder = ?",
  );
  const remove = connection.prepare("DELETE FROM answers WHERE id = ? AND holder = ?");
  const sweep = connection.prepare(
    `DELETE FROM answers WHERE id IN (SELECT id FROM answers WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEEP})`,
  );
  return {
    async claim(record, now) {
      const { id, holder, expiresAt } = record;
      const text = JSON.stringify(record);
      return await connection.write(() => {
        sweep.run(now);
        insert.run(id, holder, expiresAt, text, now);
        const row = select.get(id);
        return row === undefined ? record : json<AnswerRecord>(row, "record");
      });
    },
    async save(record) {
      const { id, holder, expiresAt } = record;
      const text = JSON.stringify(record);
      await connection.write(() => {
        update.run(expiresAt, text, id, holder);
      });
    },
    async remove(id, holder) {
      await connection.write(() => {
        remove.run(id, holder);
      });
    },
  };
}
