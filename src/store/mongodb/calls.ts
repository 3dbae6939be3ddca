import type { CallCost, CallRecord, CallStore, PromptCall } from "../../engine/ports/calls.ts";
import type { PromptVersionId } from "../../engine/ports/prompts.ts";
import { toCallCost } from "../call-cost.ts";
import type { CallDocument } from "./collections.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { newInsertId, readJson, toDate } from "./values.ts";

/** Calls of models. A record is written once and read whole, so it is one text. */
export function createCalls(connection: Connection): CallStore {
  const { calls } = connection.collections;
  const inserts = connection.inserts<CallDocument>("calls");
  return {
    async insert(call) {
      await inserts.add(toCallDocument(call));
    },
    async get(id) {
      const document = await connection.ask(() => calls.findOne({ _id: id }));
      return document && readJson<CallRecord>(document.record);
    },
    async list(executionId) {
      const documents = await connection.ask(() =>
        calls.find({ execution: executionId }).sort({ at: 1, _id: 1 }).toArray(),
      );
      return documents.map(({ record }) => readJson<CallRecord>(record));
    },
    async listOfPrompt(prompt, limit) {
      const documents = await connection.ask(() =>
        calls
          .find(
            { prompt: { $eq: promptKey(prompt), $exists: true } },
            { projection: { figures: 1 } },
          )
          .sort({ at: -1, _id: -1 })
          .limit(limit)
          .toArray(),
      );
      return documents.flatMap(({ figures }) =>
        figures === undefined ? [] : readJson<PromptCall>(figures),
      );
    },
    async listCosts({ workflowId, from, to }) {
      const documents = await connection.ask(() =>
        calls
          .find(
            { workflow: workflowId, at: { $gte: toDate(from), $lt: toDate(to) } },
            { projection: { cost: 1 } },
          )
          .sort({ at: 1, _id: 1 })
          .toArray(),
      );
      return documents.map(({ cost }) => readJson<CallCost>(cost));
    },
  };
}

/** How a version of a named prompt is found: names hold no `@`. */
export function promptKey({ name, version }: PromptVersionId): string {
  return `${name}@${version}`;
}

/** A call as it is inserted. */
export function toCallDocument(call: CallRecord): CallDocument {
  return {
    _id: call.id,
    schemaVersion: SCHEMA_VERSION,
    insertId: newInsertId(),
    execution: call.executionId,
    workflow: call.workflowId,
    at: toDate(call.at),
    ...(call.prompt && { prompt: promptKey(call.prompt), figures: figuresOf(call) }),
    record: JSON.stringify(call),
    cost: JSON.stringify(toCallCost(call)),
  };
}

function figuresOf({ id, at, model, costNano, latencyMs, value }: CallRecord): string {
  const figures: PromptCall = { id, at, model, costNano, latencyMs, valid: value !== undefined };
  return JSON.stringify(figures);
}
