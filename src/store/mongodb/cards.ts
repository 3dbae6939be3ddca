import type { CardRecord, CardStore } from "../../engine/ports/cards.ts";
import type { CardDocument } from "./collections.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { newInsertId, readJson } from "./values.ts";

/** What is shown in Slack of which execution, and whether it still has to change. */
export function createCards(connection: Connection): Omit<CardStore, "claim" | "release"> {
  const { cards } = connection.collections;
  const inserts = connection.inserts<CardDocument>("cards");
  return {
    insert: (card) => inserts.add(toCardDocument(card)),
    async get(id) {
      const document = await connection.ask(() => cards.findOne({ _id: id }));
      return document && readJson<CardRecord>(document.record);
    },
    async list(executionId) {
      const documents = await connection.ask(() =>
        cards.find({ execution: executionId }).sort({ execution: 1, _id: 1 }).toArray(),
      );
      return documents.map(({ record }) => readJson<CardRecord>(record));
    },
    async listUnfinished(limit) {
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
    async save(card) {
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
