import type { CardStore } from "../../engine/ports/cards.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";
import { toDate } from "./values.ts";

/** Which process sees to the cards of which execution. The server removes forgotten claims some time after their end. */
export function createCardClaims(connection: Connection): Pick<CardStore, "claim" | "release"> {
  const { cardClaims } = connection.collections;
  return {
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
          // Nothing to update, and the id is taken: somebody else has them.
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }),
    async release(executionId, holder) {
      await connection.ask(() => cardClaims.deleteOne({ _id: executionId, holder }));
    },
  };
}
