import type { EventRecord, EventStore } from "../../engine/ports/events.ts";
import { type EventDocument, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { newInsertId, readJson } from "./values.ts";

/**
 * Named events, and who waits for them. A settled document stays: its id stays taken, and a later
 * wait may look back at it.
 */
export function createEvents(connection: Connection): EventStore {
  const { events, subscriptions } = connection.collections;
  const inserts = connection.inserts<EventDocument>("events");
  return {
    insert: (event) => inserts.add(toEventDocument(event)),
    async get(id) {
      const found = await connection.ask(() => events.findOne({ _id: id }));
      return found === null ? null : toEvent(found);
    },
    async list({ name, from, after, limit }) {
      const filter = eventsAfter(name, from, after);
      const found = await connection.ask(() =>
        events.find(filter).sort({ at: 1, _id: 1 }).limit(limit).toArray(),
      );
      return found.map(toEvent);
    },
    async pending(limit) {
      const found = await connection.ask(() =>
        events.find(pendingEvents()).sort({ pendingAt: 1, _id: 1 }).limit(limit).toArray(),
      );
      return found.map(toEvent);
    },
    async settle(ids) {
      await connection.ask(() =>
        events.updateMany({ _id: { $in: [...ids] } }, { $unset: { pendingAt: "" } }),
      );
    },
    async subscribe(execution, name) {
      const _id = subscriptionId(execution, name);
      const document = { schemaVersion: SCHEMA_VERSION, execution, name };
      await connection.ask(() => subscriptions.replaceOne({ _id }, document, { upsert: true }));
    },
    async unsubscribe(execution, name) {
      const _id = subscriptionId(execution, name);
      await connection.ask(() => subscriptions.deleteOne({ _id }));
    },
    async listSubscribers(name, { after = "", limit }) {
      const found = await connection.ask(() =>
        subscriptions
          .find({ name, execution: { $gt: after } })
          .sort({ execution: 1 })
          .limit(limit)
          .toArray(),
      );
      return found.map(({ execution }) => execution);
    },
  };
}

/** Events of a name from a time on, or after one of them. */
function eventsAfter(name: string, from: number, after?: Pick<EventRecord, "at" | "id">) {
  if (after === undefined || after.at < from) return { name, at: { $gte: new Date(from) } };
  const at = new Date(after.at);
  return { name, at: { $gte: at }, $or: [{ at: { $gt: at } }, { at, _id: { $gt: after.id } }] };
}

/** Events that are not settled. */
function pendingEvents() {
  return { pendingAt: { $exists: true } };
}

/** A name has no space in it. */
export function subscriptionId(execution: string, name: string): string {
  return `${name} ${execution}`;
}

/** An event as it is inserted. */
export function toEventDocument(event: EventRecord): EventDocument {
  const at = new Date(event.at);
  return {
    _id: event.id,
    schemaVersion: SCHEMA_VERSION,
    insertId: newInsertId(),
    name: event.name,
    at,
    pendingAt: at,
    record: JSON.stringify(event),
  };
}

function toEvent({ record }: EventDocument): EventRecord {
  return readJson<EventRecord>(record);
}
