import type { SlotStore } from "../../engine/ports/executions.ts";
import { SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./failure.ts";

/**
 * Slots of executions of which only so many may run, and the queue for them. Each slot and each
 * place in the queue is a document: inserting it takes it.
 */
export function createSlots(connection: Connection): SlotStore {
  const { slots, lines } = connection.collections;

  const insertOnce = async (insert: () => Promise<unknown>): Promise<void> => {
    try {
      await insert();
    } catch (error) {
      // There already: its own from before a lost answer, or another execution's.
      if (!isDuplicateKey(error)) throw error;
    }
  };

  return {
    async list(line) {
      const documents = await connection.ask(() =>
        slots.find({ line }).sort({ line: 1, slot: 1 }).toArray(),
      );
      return documents.map(({ slot, execution }) => ({ slot, executionId: execution }));
    },
    async take(line, slot, execution) {
      const _id = `${line}#${slot}`;
      const document = { _id, schemaVersion: SCHEMA_VERSION, line, slot, execution };
      await connection.ask(() => insertOnce(() => slots.insertOne(document)));
      const holder = await connection.ask(() => slots.findOne({ _id }));
      return holder?.execution === execution;
    },
    async free(line, slot, execution) {
      await connection.ask(() => slots.deleteOne({ _id: `${line}#${slot}`, execution }));
    },
    async enqueue({ line, executionId, at }) {
      const document = {
        _id: `${line}#${executionId}`,
        schemaVersion: SCHEMA_VERSION,
        line,
        execution: executionId,
        at: new Date(at),
      };
      await connection.ask(() => insertOnce(() => lines.insertOne(document)));
    },
    async dequeue(line, executionId) {
      await connection.ask(() => lines.deleteOne({ _id: `${line}#${executionId}` }));
    },
    async listLines({ after, limit }) {
      const behind = { line: { $gt: after } };
      const waiting = await connection.ask(() => lines.distinct("line", behind));
      const taken = await connection.ask(() => slots.distinct("line", behind));
      // In the order of their bytes, as the other database has them.
      return [...new Set([...waiting, ...taken])]
        .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .slice(0, limit);
    },
    async peek(line, limit) {
      const documents = await connection.ask(() =>
        lines.find({ line }).sort({ line: 1, at: 1, execution: 1 }).limit(limit).toArray(),
      );
      return documents.map(({ execution }) => execution);
    },
  };
}
