import type { PromptRecord, PromptStore, PromptVersionRecord } from "../../engine/ports/prompts.ts";
import { promptKey } from "./calls.ts";
import type { PromptVersionDocument } from "./collections.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { newInsertId, readJson } from "./values.ts";

/** Named prompts: versions that never change, and which of them are asked. */
export function createPrompts(connection: Connection): PromptStore {
  const { promptVersions, prompts } = connection.collections;
  const inserts = connection.inserts<PromptVersionDocument>("promptVersions");
  return {
    insertVersion: (version) => inserts.add(toPromptVersionDocument(version)),
    async getVersion(name, version) {
      const document = await connection.ask(() =>
        promptVersions.findOne({ _id: promptKey({ name, version }) }),
      );
      return document && readJson<PromptVersionRecord>(document.record);
    },
    async listVersions(name) {
      const documents = await connection.ask(() =>
        promptVersions.find({ prompt: name }).sort({ prompt: 1, version: -1 }).toArray(),
      );
      return documents.map(({ record }) => readJson<PromptVersionRecord>(record));
    },
    async get(name) {
      const document = await connection.ask(() => prompts.findOne({ _id: name }));
      return document && readJson<PromptRecord>(document.record);
    },
    async list() {
      const documents = await connection.ask(() => prompts.find().sort({ _id: 1 }).toArray());
      return documents.map(({ record }) => readJson<PromptRecord>(record));
    },
    async save(prompt) {
      const record = JSON.stringify(prompt);
      await connection.ask(() =>
        prompts.replaceOne(
          { _id: prompt.name },
          { schemaVersion: SCHEMA_VERSION, record },
          { upsert: true },
        ),
      );
    },
  };
}

/** A version of a prompt as it is inserted. */
export function toPromptVersionDocument(version: PromptVersionRecord): PromptVersionDocument {
  return {
    _id: promptKey(version),
    schemaVersion: SCHEMA_VERSION,
    insertId: newInsertId(),
    prompt: version.name,
    version: version.version,
    record: JSON.stringify(version),
  };
}
