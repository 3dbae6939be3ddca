import type { CardStore } from "../../engine/ports/cards.ts";
import { CARDS, createCards } from "../records.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";
import { recordCollection } from "./record-collection.ts";
import { toDate } from "./values.ts";

/**
 * What is shown in Slack of which execution, and whether it still has to change. The server removes
 * forgotten claims some time after their end.
 */
export function openCards(connection: Connection): CardStore {
  const { cardClaims } = connection.collections;
  const cards = connection.records(CARDS.collection);
  return createCards(recordCollection(connection, CARDS), {
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
    claim: (executionId, holder, now, until) =>
      connection.ask(async () => {
        try {
          await cardClaims.updateOne(
            { _id: executionId, $or: [{ holder }, { expiresAt: { $lte: toDate(now) } }] },
            { $set: { schemaVersion: SCHEMA_VERSION, holder, expiresAt: toDate(until) } },
            { upsert: true },
          );
          return true;
        } catch (error) {
          // Nothing to update, and the id is taken: another process has them.
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }),
    async release(executionId, holder) {
      await connection.ask(() => cardClaims.deleteOne({ _id: executionId, holder }));
    },
  });
}
