import type { PromptRecord, PromptStore, PromptVersionRecord } from "../../engine/ports/prompts.ts";
import type { Connection } from "./connection.ts";
import { json } from "./row.ts";

/** Named prompts: versions that never change, and which of them are asked. */
export function createPrompts(connection: Connection): PromptStore {
  const insert = connection.prepare(
    "INSERT INTO prompt_versions (name, version, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const selectVersion = connection.prepare(
    "SELECT record FROM prompt_versions WHERE name = ? AND version = ?",
  );
  const selectVersions = connection.prepare(
    "SELECT record FROM prompt_versions WHERE name = ? ORDER BY version DESC",
  );
  const select = connection.prepare("SELECT record FROM prompts WHERE name = ?");
  const selectAll = connection.prepare("SELECT record FROM prompts ORDER BY name");
  const replace = connection.prepare("REPLACE INTO prompts (name, record) VALUES (?, ?)");

  return {
    async insertVersion(version) {
      const record = JSON.stringify(version);
      return await connection.write(
        () => insert.run(version.name, version.version, record).changes === 1,
      );
    },
    getVersion: (name, version) =>
      connection.read(() => {
        const row = selectVersion.get(name, version);
        return row === undefined ? null : json<PromptVersionRecord>(row, "record");
      }),
    listVersions: (name) =>
      connection.read(() =>
        selectVersions.all(name).map((row) => json<PromptVersionRecord>(row, "record")),
      ),
    get: (name) =>
      connection.read(() => {
        const row = select.get(name);
        return row === undefined ? null : json<PromptRecord>(row, "record");
      }),
    list: () =>
      connection.read(() => selectAll.all().map((row) => json<PromptRecord>(row, "record"))),
    async save(prompt) {
      const record = JSON.stringify(prompt);
      await connection.write(() => {
        replace.run(prompt.name, record);
      });
    },
  };
}
