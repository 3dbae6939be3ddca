import type { SampleRecord, SampleStore } from "../../engine/ports/prompts.ts";
import { promptKey } from "./calls.ts";
import type { SampleDocument } from "./collections.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { readJson, toDate } from "./values.ts";

/** Decisions that people have labelled. */
export function createSamples(connection: Connection): SampleStore {
  const { samples } = connection.collections;
  return {
    async save(sample) {
      const { _id, ...body } = toSampleDocument(sample);
      await connection.ask(() => samples.replaceOne({ _id }, body, { upsert: true }));
    },
    async list(of) {
      const filter =
        "prompt" in of
          ? { prompt: { $eq: promptKey(of.prompt), $exists: true } }
          : { workflow: of.workflowId };
      const documents = await connection.ask(() =>
        samples.find(filter).sort({ at: 1, _id: 1 }).toArray(),
      );
      return documents.map(({ record }) => readJson<SampleRecord>(record));
    },
  };
}

/** A labelled decision as it is stored. */
export function toSampleDocument(sample: SampleRecord): SampleDocument {
  return {
    _id: sample.id,
    schemaVersion: SCHEMA_VERSION,
    workflow: sample.workflowId,
    ...(sample.prompt && { prompt: promptKey(sample.prompt) }),
    at: toDate(sample.at),
    record: JSON.stringify(sample),
  };
}
