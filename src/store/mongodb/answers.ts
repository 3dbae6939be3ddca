import type { AnswerRecord, AnswerStore } from "../../engine/ports/answers.ts";
import { type AnswerDocument, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";
import { readJson, toDate } from "./values.ts";

/** Answers to requests that may be repeated. The server removes expired ones some time later. */
export function createAnswers(connection: Connection): AnswerStore {
  const { answers } = connection.collections;

  const insert = async (record: AnswerRecord): Promise<boolean> => {
    try {
      await answers.insertOne(toAnswerDocument(record));
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };

  return {
    async claim(record, now) {
      for (;;) {
        if (await connection.ask(() => insert(record))) return record;
        const known = await connection.ask(() => answers.findOne({ _id: record.id }));
        // Removed in this moment: the key is free.
        if (known === null) continue;
        if (known.expiresAt.getTime() > now) return readJson<AnswerRecord>(known.record);
        const { _id, ...fields } = toAnswerDocument(record);
        const { holder, expiresAt } = known;
        const { matchedCount } = await connection.ask(() =>
          answers.updateOne({ _id, holder, expiresAt }, { $set: fields }),
        );
        if (matchedCount === 1) return record;
      }
    },
    async save(record) {
      const { _id, holder, ...fields } = toAnswerDocument(record);
      await connection.ask(() => answers.updateOne({ _id, holder }, { $set: fields }));
    },
    async remove(id, holder) {
      await connection.ask(() => answers.deleteOne({ _id: id, holder }));
    },
  };
}

/** A record as it is stored. */
export function toAnswerDocument(record: AnswerRecord): AnswerDocument {
  const { id, holder, expiresAt } = record;
  return {
    _id: id,
    schemaVersion: SCHEMA_VERSION,
    holder,
    expiresAt: toDate(expiresAt),
    record: JSON.stringify(record),
  };
}
