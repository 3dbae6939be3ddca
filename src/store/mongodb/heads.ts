import type { Filter } from "mongodb";
import type { ExecutionStatus } from "../../engine/model/state.ts";
import type { ExecutionRecordQuery, ExecutionStore } from "../../engine/ports/executions.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { AFTER_ANY, parseCursor, toPage } from "../executions.ts";
import { ANY_TEXT, type HeadDocument } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { toHead, toHeadDocument, toLabelTexts } from "./head-document.ts";
import { newInsertId, toDate } from "./values.ts";
import type { WriteBehind } from "./write-behind.ts";

/** Newest first; of one moment, the greatest id. */
const NEWEST_FIRST = { startedAt: -1, _id: -1 } as const;

/** Creating, reading, listing and rewriting the projections of executions. */
export function createHeads(connection: Connection, trailing: WriteBehind): ExecutionStore {
  const { heads } = connection.collections;
  const inserts = connection.inserts<HeadDocument>("heads");
  return {
    insert: (head) => inserts.add(toHeadDocument(head, newInsertId())),
    async get(executionId) {
      const document = await connection.ask(() => heads.findOne({ _id: executionId }));
      return document && toHead(document);
    },
    async save(head) {
      trailing.putRecord(head);
      await trailing.flush();
    },
    async list(query) {
      const filter = pageFilter(query);
      const documents = await connection.ask(() =>
        heads
          .find(filter)
          .sort(NEWEST_FIRST)
          .limit(query.limit + 1)
          .toArray(),
      );
      return toPage(documents.map(toHead), query.limit);
    },
    async listEnded(startedBy, limit) {
      const filter = {
        startedBy: { $eq: startedBy, $exists: true },
        // A bound, as in lists by start.
        endedAt: { $gt: new Date(0) },
      };
      const documents = await connection.ask(() =>
        heads.find(filter).sort({ endedAt: -1, _id: -1 }).limit(limit).toArray(),
      );
      return documents.map(toHead);
    },
    async findIds(prefix, limit) {
      const documents = await connection.ask(() =>
        heads
          .find({ _id: { $gte: prefix, $lt: prefix + AFTER_ANY } }, { projection: { _id: 1 } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray(),
      );
      return documents.map(({ _id }) => _id);
    },
  };
}

const UNDER_WAY: readonly ExecutionStatus[] = ["queued", "running", "waiting"];

/** What one page is made of. */
function pageFilter(query: ExecutionRecordQuery): Filter<HeadDocument> {
  const { workflowId, status, startedBy, labels, isUnderWay, isAsking, cursor } = query;
  const place = cursor === undefined ? null : parseCursor(cursor);
  const at = place === null ? null : toDate(place.startedAt);
  return {
    ...omitUndefined({ workflow: workflowId, status }),
    ...(startedBy !== undefined && { startedBy: { $eq: startedBy, $exists: true } }),
    ...(labels !== undefined && { labels: { $all: [...toLabelTexts(labels)], $exists: true } }),
    ...(isUnderWay && {
      status: { $in: UNDER_WAY.filter((one) => status === undefined || one === status) },
    }),
    ...(isAsking && { openRequests: ANY_TEXT }),
    // A bound even where none is needed: some compatible servers do not use an index for the order
    // alone.
    startedAt: at === null ? { $gt: new Date(0) } : { $lte: at },
    ...(place !== null &&
      at !== null && {
        $or: [{ startedAt: { $lt: at } }, { startedAt: at, _id: { $lt: place.executionId } }],
      }),
  };
}
