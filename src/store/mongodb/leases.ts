import { randomUUID } from "node:crypto";
import type { ClaimRequest, ExecutionRecord, LeaseStore } from "../../engine/ports/executions.ts";
import type { ProcessRecord, ProcessStore } from "../../engine/ports/store.ts";
import { type ProcessDocument, SCHEMA_VERSION } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { toHead } from "./head-document.ts";
import { time, toDate } from "./values.ts";
import type { WriteBehind } from "./write-behind.ts";

/** Which worker owns which execution, until when, and which execution is due next. */
export function createLeases(connection: Connection, trailing: WriteBehind): LeaseStore {
  const { heads } = connection.collections;
  return {
    async claimDue(claim) {
      if (trailing.isPending()) await trailing.flush();
      return claimDue(connection, claim);
    },
    async claim(executionId, { worker, now, leaseUntil }) {
      if (trailing.isPending(executionId)) await trailing.flush();
      const document = await connection.ask(() =>
        heads.findOneAndUpdate(
          {
            _id: executionId,
            $or: [
              { owner: worker },
              { owner: { $exists: false } },
              { due: { $exists: false } },
              { due: { $lte: toDate(now) } },
            ],
          },
          { $set: { owner: worker, due: toDate(leaseUntil) } },
          { returnDocument: "after" },
        ),
      );
      return document && toHead(document);
    },
    async renew(worker, leaseUntil) {
      await connection.ask(() =>
        heads.updateMany(ownedBy(worker), { $set: { due: toDate(leaseUntil) } }),
      );
    },
    async ownedBy(worker) {
      if (trailing.isPending()) await trailing.flush();
      const documents = await connection.ask(() => heads.find(ownedBy(worker)).toArray());
      return documents.map(toHead);
    },
    async release(worker, now) {
      if (trailing.isPending()) await trailing.flush();
      await connection.ask(() =>
        heads.updateMany(ownedBy(worker), {
          $set: { due: toDate(now) },
          $unset: { owner: "", claim: "" },
        }),
      );
    },
    async voidAll() {
      // Other processes may be at work: their leases end by themselves.
    },
    async nextDue(until) {
      const [next] = await connection.ask(() =>
        heads
          .find(dueBy(until), { projection: { due: 1 } })
          .sort({ due: 1, _id: 1 })
          .limit(1)
          .toArray(),
      );
      return next?.due === undefined ? null : time(next.due);
    },
  };
}

/** Due up to a time. */
function dueBy(until: number) {
  return { due: { $exists: true, $lte: toDate(until) } };
}

/** Leased by a worker. */
function ownedBy(worker: string) {
  return { owner: { $exists: true, $eq: worker } };
}

/**
 * Three calls for any number of executions: which are due, claim those that still are, read which
 * of them were claimed. The mark of this claim distinguishes them from those that another worker
 * claimed in the same moment.
 */
async function claimDue(
  connection: Connection,
  { worker, now, leaseUntil, limit }: ClaimRequest,
): Promise<readonly ExecutionRecord[]> {
  const { heads } = connection.collections;
  const due = await connection.ask(() =>
    heads
      .find(dueBy(now), { projection: { _id: 1 } })
      .sort({ due: 1, _id: 1 })
      .limit(limit)
      .toArray(),
  );
  if (due.length === 0) return [];
  const ids = due.map(({ _id }) => _id);
  const claim = randomUUID();
  await connection.ask(() =>
    heads.updateMany(
      { _id: { $in: ids }, due: { $lte: toDate(now) } },
      { $set: { owner: worker, due: toDate(leaseUntil), claim } },
    ),
  );
  const claimed = await connection.ask(() => heads.find({ _id: { $in: ids }, claim }).toArray());
  const found = new Map(claimed.map((document) => [document._id, toHead(document)]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** The processes that share the store. */
export function createProcesses(connection: Connection): ProcessStore {
  const { processes } = connection.collections;
  return {
    async save({ id, name, startedAt, seenAt }) {
      const body = {
        schemaVersion: SCHEMA_VERSION,
        name,
        startedAt: toDate(startedAt),
        seenAt: toDate(seenAt),
      };
      await connection.ask(() => processes.replaceOne({ _id: id }, body, { upsert: true }));
    },
    async list() {
      const documents = await connection.ask(() => processes.find().sort({ _id: 1 }).toArray());
      return documents.map(toProcess);
    },
    async remove({ id, seenAt }) {
      const { deletedCount } = await connection.ask(() =>
        processes.deleteOne({ _id: id, seenAt: toDate(seenAt) }),
      );
      return deletedCount === 1;
    },
  };
}

function toProcess(document: ProcessDocument): ProcessRecord {
  return {
    id: document._id,
    name: document.name,
    startedAt: time(document.startedAt),
    seenAt: time(document.seenAt),
  };
}
