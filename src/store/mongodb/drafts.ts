import type { DraftRecord, DraftStore } from "../../engine/ports/workflows.ts";
import type { DraftDocument } from "./collections.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { newInsertId, readJson, toDate } from "./values.ts";

/** Described workflows. A record is written and read whole, so it is one text beside what it is found by. */
export function createDrafts(connection: Connection): DraftStore {
  const { drafts } = connection.collections;
  const inserts = connection.inserts<DraftDocument>("drafts");
  return {
    insert: (draft) => inserts.add(toDraftDocument(draft)),
    async get(id) {
      const document = await connection.ask(() => drafts.findOne({ _id: id }));
      return document && readJson<DraftRecord>(document.record);
    },
    async findInThread(channel, threadTs) {
      const [document] = await connection.ask(() =>
        drafts.find({ channel, threadTs }).sort({ createdAt: -1, _id: -1 }).limit(1).toArray(),
      );
      return document === undefined ? null : readJson<DraftRecord>(document.record);
    },
    async save(draft) {
      const { id } = draft;
      const body = { insertId: newInsertId(), ...bodyOf(draft) };
      await connection.ask(() => drafts.replaceOne({ _id: id }, body, { upsert: true }));
    },
  };
}

/** A draft as it is inserted. */
export function toDraftDocument(draft: DraftRecord): DraftDocument {
  return { _id: draft.id, insertId: newInsertId(), ...bodyOf(draft) };
}

function bodyOf(draft: DraftRecord): Omit<DraftDocument, "_id" | "insertId"> {
  return {
    schemaVersion: SCHEMA_VERSION,
    channel: draft.channel,
    threadTs: draft.threadTs,
    createdAt: toDate(draft.createdAt),
    record: JSON.stringify(draft),
  };
}
