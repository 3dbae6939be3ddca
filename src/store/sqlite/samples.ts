import type { SampleRecord, SampleStore } from "../../engine/ports/prompts.ts";
import { promptKey } from "./calls.ts";
import type { Connection } from "./connection.ts";
import { json } from "./row.ts";

/** Decisions that people have labelled. */
export function createSamples(connection: Connection): SampleStore {
  const replace = connection.prepare(
    "REPLACE INTO samples (id, workflow_id, prompt, at, record) VALUES (?, ?, ?, ?, ?)",
  );
  const selectOfWorkflow = connection.prepare(
    "SELECT record FROM samples WHERE workflow_id = ? ORDER BY at, id",
  );
  const selectOfPrompt = connection.prepare(
    "SELECT record FROM samples WHERE prompt = ? ORDER BY at, id",
  );

  return {
    async save(sample) {
      const { id, workflowId, prompt, at } = sample;
      const record = JSON.stringify(sample);
      await connection.write(() => {
        replace.run(id, workflowId, prompt ? promptKey(prompt) : null, at, record);
      });
    },
    list: (of) =>
      connection.read(() => {
        const rows =
          "prompt" in of
            ? selectOfPrompt.all(promptKey(of.prompt))
            : selectOfWorkflow.all(of.workflowId);
        return rows.map((row) => json<SampleRecord>(row, "record"));
      }),
  };
}
