import { randomUUID } from "node:crypto";
import type { Filter } from "mongodb";
import type { OverQuery, Removal, RemovalStore } from "../../engine/ports/removals.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { AFTER_ANY } from "../executions.ts";
import { CALLS, CARDS, REMOVALS } from "../records.ts";
import { endEventsOf } from "../removals.ts";
import type { HeadDocument } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { removeFilesOf } from "./files.ts";
import { recordCollection, toDocument } from "./record-collection.ts";
import type { TotalsProjector } from "./totals-projector.ts";
import { newInsertId, time, toDate } from "./values.ts";
import type { WriteBehind } from "./write-behind.ts";

/** How long a removal may take between taking an execution and noting that it is removed. */
const HELD_MS = 60_000;
/** Removals that were broken off and are finished in one call. */
const LEFTOVERS = 50;

export interface RemovalsOptions {
  readonly trailing: Pick<WriteBehind, "isPending" | "flush">;
  readonly projector: Pick<TotalsProjector, "catchUp">;
}

/**
 * Without transactions: a lease keeps workers away; the note that it is removed comes first and carries a mark until all else is
 * gone, so that a removal that was broken off is finished later; the head goes next, by which everything finds the execution.
 */
export function createRemovals(
  connection: Connection,
  { trailing, projector }: RemovalsOptions,
): RemovalStore {
  const { ask } = connection;
  const { heads } = connection.collections;
  const removals = connection.records(REMOVALS.collection);
  const inserts = connection.inserts<ReturnType<typeof toMarked>>(REMOVALS.collection);
  const kept = recordCollection(connection, REMOVALS);
  const finishOne = async (executionId: string, at: number): Promise<void> => {
    await removeRest(connection, executionId, at);
    await ask(() => removals.updateOne({ _id: executionId }, { $unset: { pendingAt: "" } }));
  };

  return {
    async remove(removal) {
      const { executionId, at } = removal;
      if (trailing.isPending(executionId)) await trailing.flush();
      // What it cost is in its log alone until it is counted.
      await projector.catchUp();
      const owner = await hold(connection, executionId, at);
      if (owner === null) return false;
      if (await hasUndelivered(connection, executionId)) {
        // Due at once: the signal may have come while it was held.
        await ask(() =>
          heads.updateOne(
            { _id: executionId, owner },
            { $set: { due: toDate(at) }, $unset: { owner: "" } },
          ),
        );
        return false;
      }
      await inserts.add(toMarked(removal));
      await finishOne(executionId, at);
      return true;
    },
    get: (executionId) => kept.get({ executionId }),
    ...openLists(connection),
    async finish(before) {
      const pending = { pendingAt: { $exists: true, $lt: toDate(before) } };
      const found = await ask(() => removals.find(pending).limit(LEFTOVERS).toArray());
      for (const { _id } of found) await finishOne(_id, before);
      return found.length === LEFTOVERS;
    },
  };
}

/** What was removed, and what can be. */
function openLists(connection: Connection): Pick<RemovalStore, "findIds" | "listOver"> {
  const { ask } = connection;
  const { heads } = connection.collections;
  const removals = connection.records(REMOVALS.collection);
  return {
    async findIds(prefix, limit) {
      const found = await ask(() =>
        removals
          .find({ _id: { $gte: prefix, $lt: prefix + AFTER_ANY } }, { projection: { _id: 1 } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray(),
      );
      return found.map(({ _id }) => _id);
    },
    async listOver(query) {
      const found = await ask(() =>
        heads
          .find(overFilter(query), { projection: { workflow: 1, startedAt: 1 } })
          .sort({ startedAt: 1, _id: 1 })
          .limit(query.limit)
          .toArray(),
      );
      return found.map(({ _id, workflow, startedAt }) => ({
        executionId: _id,
        workflowId: workflow,
        startedAt: time(startedAt),
      }));
    },
  };
}

/** A removal whose rest is not gone yet. */
function toMarked(removal: Removal) {
  return {
    ...toDocument(REMOVALS, removal),
    insertId: newInsertId(),
    pendingAt: toDate(removal.at),
  };
}

/**
 * Takes an execution that is over, as a worker takes one that is due: so nothing else does meanwhile.
 *
 * @returns as whom; `null`: it is not there, not over, a worker's, or not counted.
 */
async function hold(
  { ask, collections: { heads } }: Connection,
  executionId: string,
  at: number,
): Promise<string | null> {
  const owner = `removal:${randomUUID()}`;
  const free: Filter<HeadDocument> = {
    _id: executionId,
    endedAt: { $exists: true },
    totalsPending: { $exists: false },
    $or: [
      { owner: { $exists: false }, due: { $exists: false } },
      // One that a broken-off removal took.
      { owner: { $gte: "removal:", $lt: "removal;" }, due: { $lte: toDate(at) } },
    ],
  };
  const update = { $set: { owner, due: toDate(at + HELD_MS) } };
  const { matchedCount } = await ask(() => heads.updateOne(free, update));
  return matchedCount === 0 ? null : owner;
}

async function hasUndelivered(
  { ask, collections: { inbox, events } }: Connection,
  executionId: string,
): Promise<boolean> {
  const there = { pendingAt: { $exists: true } };
  const signal = await ask(() => inbox.findOne({ execution: executionId, ...there }));
  if (signal !== null) return true;
  const { from, before } = endEventsOf(executionId);
  return (await ask(() => events.findOne({ _id: { $gte: from, $lt: before }, ...there }))) !== null;
}

/** Harmless when repeated. The files go last: their links say which they are. */
async function removeRest(connection: Connection, executionId: string, at: number): Promise<void> {
  const { ask, collections } = connection;
  const { heads, log, inbox, cardClaims, events } = collections;
  await ask(() => heads.deleteOne({ _id: executionId }));
  const { from, before } = endEventsOf(executionId);
  const ofExecution = { execution: executionId };
  await ask(() => log.deleteMany(ofExecution));
  await ask(() => inbox.deleteMany(ofExecution));
  for (const { collection } of [CALLS, CARDS])
    await ask(() => connection.records(collection).deleteMany(ofExecution));
  await ask(() => cardClaims.deleteOne({ _id: executionId }));
  await ask(() => events.deleteMany({ _id: { $gte: from, $lt: before } }));
  await removeFilesOf(connection, executionId, at);
}

function overFilter({ endedBefore, after, ...query }: OverQuery): Filter<HeadDocument> {
  const { workflowId, status, startedBy } = query;
  const before = toDate(endedBefore);
  const from = after === undefined ? new Date(0) : toDate(after.startedAt);
  return {
    ...omitUndefined({ workflow: workflowId, status }),
    ...(startedBy !== undefined && { startedBy: { $eq: startedBy, $exists: true } }),
    startedAt: { $gte: from, $lt: before },
    endedAt: { $lt: before },
    ...(after !== undefined && {
      $or: [{ startedAt: { $gt: from } }, { startedAt: from, _id: { $gt: after.executionId } }],
    }),
  };
}
