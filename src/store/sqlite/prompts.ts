import type { PromptRecord, PromptVersionRecord } from "../../engine/ports/prompt-records.ts";
import type { Store } from "../../engine/ports/store.ts";
import type { Connection } from "./connection.ts";
import { json } from "./row.ts";

type Prompts = Pick<
  Store,
  | "insertPromptVersion"
  | "readPromptVersion"
  | "listPromptVersions"
  | "readPrompt"
  | "listPrompts"
  | "writePrompt"
>;

/** Named prompts: versions that never change, and which of them are asked. */
export function createPrompts(connection: Connection): Prompts {
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
    async insertPromptVersion(version) {
      const record = JSON.stringify(version);
      return await connection.write(
        () => insert.run(version.name, version.version, record).changes === 1,
      );
    },
    readPromptVersion: (name, version) =>
      connection.read(() => {
        const row = selectVersion.get(name, version);
        return row === undefined ? null : json<PromptVersionRecord>(row, "record");
      }),
    listPromptVersions: (name) =>
      connection.read(() =>
        selectVersions.all(name).map((row) => json<PromptVersionRecord>(row, "record")),
      ),
    readPrompt: (name) =>
      connection.read(() => {
        const row = select.get(name);
        return row === undefined ? null : json<PromptRecord>(row, "record");
      }),
    listPrompts: () =>
      connection.read(() => selectAll.all().map((row) => json<PromptRecord>(row, "record"))),
    async writePrompt(prompt) {
      const record = JSON.stringify(prompt);
      await connection.write(() => {
        replace.run(prompt.name, record);
      });
    },
  };
}
