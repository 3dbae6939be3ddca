import type { DraftRecord, DraftStore } from "../../engine/ports/workflows.ts";
import type { Connection } from "./connection.ts";
import { json } from "./row.ts";

const COLUMNS = "(id, channel, thread_ts, created_at, record) VALUES (?, ?, ?, ?, ?)";

/** Described workflows. A record is written and read whole, so it is one text beside what it is found by. */
export function createDrafts(connection: Connection): DraftStore {
  const insert = connection.prepare(`INSERT INTO drafts ${COLUMNS} ON CONFLICT DO NOTHING`);
  const replace = connection.prepare(`REPLACE INTO drafts ${COLUMNS}`);
  const select = connection.prepare("SELECT record FROM drafts WHERE id = ?");
  const selectOfThread = connection.prepare(
    "SELECT record FROM drafts WHERE channel = ? AND thread_ts = ? ORDER BY created_at DESC, id DESC LIMIT 1",
  );

  return {
    async insert(draft) {
      const values = toValues(draft);
      return await connection.write(() => insert.run(...values).changes === 1);
    },
    get: (id) =>
      connection.read(() => {
        const row = select.get(id);
        return row === undefined ? null : json<DraftRecord>(row, "record");
      }),
    findInThread: (channel, threadTs) =>
      connection.read(() => {
        const row = selectOfThread.get(channel, threadTs);
        return row === undefined ? null : json<DraftRecord>(row, "record");
      }),
    async save(draft) {
      const values = toValues(draft);
      await connection.write(() => {
        replace.run(...values);
      });
    },
  };
}

function toValues(draft: DraftRecord): readonly (string | number)[] {
  const { id, channel, threadTs, createdAt } = draft;
  return [id, channel, threadTs, createdAt, JSON.stringify(draft)];
}
