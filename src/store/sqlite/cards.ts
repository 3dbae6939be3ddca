import type { SQLInputValue } from "node:sqlite";
import type { CardRecord, CardStore } from "../../engine/ports/cards.ts";
import type { Connection } from "./connection.ts";
import type { Row } from "./row.ts";
import { flag, text, textOrNull } from "./row.ts";

const COLUMNS = "(id, execution_id, channel, ts, shown, final) VALUES (?, ?, ?, ?, ?, ?)";

/** What is shown in Slack of which execution, and whether it still has to change. */
export function createCards(connection: Connection): CardStore {
  const insert = connection.prepare(`INSERT INTO cards ${COLUMNS} ON CONFLICT DO NOTHING`);
  const replace = connection.prepare(`REPLACE INTO cards ${COLUMNS}`);
  const select = connection.prepare("SELECT * FROM cards WHERE id = ?");
  const selectOfExecution = connection.prepare(
    "SELECT * FROM cards WHERE execution_id = ? ORDER BY id",
  );
  const selectUnfinished = connection.prepare(
    "SELECT DISTINCT execution_id FROM cards WHERE final = 0 ORDER BY execution_id LIMIT ?",
  );

  const claim = connection.prepare(
    `INSERT INTO card_claims (execution_id, holder, until) VALUES (?, ?, ?)
     ON CONFLICT (execution_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
     WHERE card_claims.holder = excluded.holder OR card_claims.until <= ?`,
  );
  const release = connection.prepare(
    "DELETE FROM card_claims WHERE execution_id = ? AND holder = ?",
  );

  return {
    async insert(card) {
      const values = toValues(card);
      return await connection.write(() => insert.run(...values).changes === 1);
    },
    get: (id) =>
      connection.read(() => {
        const row = select.get(id);
        return row === undefined ? null : toCard(row);
      }),
    list: (executionId) => connection.read(() => selectOfExecution.all(executionId).map(toCard)),
    listUnfinished: (limit) =>
      connection.read(() => selectUnfinished.all(limit).map((row) => text(row, "execution_id"))),
    async save(card) {
      const values = toValues(card);
      await connection.write(() => {
        replace.run(...values);
      });
    },
    claim: (executionId, holder, now, until) =>
      connection.write(() => claim.run(executionId, holder, until, now).changes === 1),
    release: (executionId, holder) =>
      connection.write(() => {
        release.run(executionId, holder);
      }),
  };
}

function toValues(card: CardRecord): readonly SQLInputValue[] {
  const { id, executionId, channel, ts, shown, final } = card;
  return [id, executionId, channel, ts, shown, Number(final)];
}

export function toCard(row: Row): CardRecord {
  return {
    id: text(row, "id"),
    executionId: text(row, "execution_id"),
    channel: text(row, "channel"),
    ts: textOrNull(row, "ts"),
    shown: textOrNull(row, "shown"),
    final: flag(row, "final"),
  };
}
