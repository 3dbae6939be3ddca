import type { CardRecord, CardStore } from "../../engine/ports/cards.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { CARDS, createCards } from "../records.ts";
import type { Connection } from "./connection.ts";
import { recordTable } from "./record-table.ts";
import { flag, type Row, text, textOrNull } from "./row.ts";

/** What is shown in Slack of which execution, and whether it still has to change. */
export function openCards(connection: Connection): CardStore {
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

  return createCards(recordTable(connection, CARDS, toCard), {
    listUnfinished: (limit) =>
      connection.read(() => selectUnfinished.all(limit).map((row) => text(row, "execution_id"))),
    claim: (executionId, holder, now, until) =>
      connection.write(() => claim.run(executionId, holder, until, now).changes === 1),
    release: (executionId, holder) =>
      connection.write(() => {
        release.run(executionId, holder);
      }),
  });
}

export function toCard(row: Row): CardRecord {
  return {
    id: text(row, "id"),
    executionId: text(row, "execution_id"),
    channel: text(row, "channel"),
    ts: textOrNull(row, "ts"),
    shown: textOrNull(row, "shown"),
    final: flag(row, "final"),
    ...omitUndefined({ why: textOrNull(row, "why") ?? undefined }),
  };
}
