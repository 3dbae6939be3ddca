import type { SQLInputValue } from "node:sqlite";
import type { CardRecord, Store } from "../../engine/ports/store.ts";
import type { Connection } from "./connection.ts";
import { flag, type Row, text, textOrNull } from "./row.ts";

type Cards = Pick<
  Store,
  "insertCard" | "readCard" | "listCards" | "listUnfinishedCards" | "writeCard"
>;

const COLUMNS = "(id, execution_id, channel, ts, shown, final) VALUES (?, ?, ?, ?, ?, ?)";

/** What is shown in Slack of which execution, and whether it still has to change. */
export function createCards(connection: Connection): Cards {
  const insert = connection.prepare(`INSERT INTO cards ${COLUMNS} ON CONFLICT DO NOTHING`);
  const replace = connection.prepare(`REPLACE INTO cards ${COLUMNS}`);
  const select = connection.prepare("SELECT * FROM cards WHERE id = ?");
  const selectOfExecution = connection.prepare(
    "SELECT * FROM cards WHERE execution_id = ? ORDER BY id",
  );
  const selectUnfinished = connection.prepare(
    "SELECT DISTINCT execution_id FROM cards WHERE final = 0 ORDER BY execution_id LIMIT ?",
  );

  return {
    async insertCard(card) {
      const values = toValues(card);
      return await connection.write(() => insert.run(...values).changes === 1);
    },
    readCard: (id) =>
      connection.read(() => {
        const row = select.get(id);
        return row === undefined ? null : toCard(row);
      }),
    listCards: (executionId) =>
      connection.read(() => selectOfExecution.all(executionId).map(toCard)),
    listUnfinishedCards: (limit) =>
      connection.read(() => selectUnfinished.all(limit).map((row) => text(row, "execution_id"))),
    async writeCard(card) {
      const values = toValues(card);
      await connection.write(() => {
        replace.run(...values);
      });
    },
  };
}

function toValues(card: CardRecord): readonly SQLInputValue[] {
  const { id, executionId, channel, ts, shown, final } = card;
  return [id, executionId, channel, ts, shown, Number(final)];
}

function toCard(row: Row): CardRecord {
  return {
    id: text(row, "id"),
    executionId: text(row, "execution_id"),
    channel: text(row, "channel"),
    ts: textOrNull(row, "ts"),
    shown: textOrNull(row, "shown"),
    final: flag(row, "final"),
  };
}
