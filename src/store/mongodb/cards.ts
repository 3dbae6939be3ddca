import type { CardRecord, Store } from "../../engine/ports/store.ts";
import { type CardDocument, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { newInsertId, readJson } from "./values.ts";

type Cards = Pick<
  Store,
  "insertCard" | "readCard" | "listCards" | "listUnfinishedCards" | "writeCard"
>;

/** What is shown in Slack of which execution, and whether it still has to change. */
export function createCards(connection: Connection): Cards {
  const { cards } = connection.collections;
  const inserts = connection.inserts<CardDocument>("cards");
  return {
    insertCard: (card) => inserts.add(toCardDocument(card)),
    async readCard(id) {
      const document = await connection.ask(() => cards.findOne({ _id: id }));
      return document && readJson<CardRecord>(document.record);
    },
    async listCards(executionId) {
      const documents = await connection.ask(() =>
        cards.find({ execution: executionId }).sort({ execution: 1, _id: 1 }).toArray(),
      );
      return documents.map(({ record }) => readJson<CardRecord>(record));
    },
    async listUnfinishedCards(limit) {
      const groups = await connection.ask(() =>
        cards
          .aggregate<{ readonly _id: string }>([
            { $match: { final: false } },
            { $group: { _id: "$execution" } },
            { $sort: { _id: 1 } },
            { $limit: limit },
          ])
          .toArray(),
      );
      return groups.map(({ _id }) => _id);
    },
    async writeCard(card) {
      const { id, executionId } = card;
      const body = { insertId: newInsertId(), ...bodyOf(card) };
      await connection.ask(() =>
        cards.replaceOne({ _id: id, execution: executionId }, body, { upsert: true }),
      );
    },
  };
}

/** A card as it is inserted. */
export function toCardDocument(card: CardRecord): CardDocument {
  return { _id: card.id, insertId: newInsertId(), ...bodyOf(card) };
}

function bodyOf(card: CardRecord): Omit<CardDocument, "_id" | "insertId"> {
  return {
    schemaVersion: SCHEMA_VERSION,
    execution: card.executionId,
    final: card.final,
    record: JSON.stringify(card),
  };
}
