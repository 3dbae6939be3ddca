import type { Filter } from "mongodb";
import type { ExecutionStatus } from "../../engine/model/state.ts";
import type {
  ExecutionRecordPage,
  ExecutionRecordQuery,
  ExecutionStore,
} from "../../engine/ports/executions.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import {
  AFTER_ANY,
  type Driver,
  driverOf,
  listStatuses,
  type Place,
  parseCursor,
  startBound,
  toCursor,
  toPage,
} from "../executions.ts";
import { REMOVALS } from "../records.ts";
import { ANY_TEXT, type HeadDocument } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { toHead, toHeadDocument, toLabelTexts } from "./head-document.ts";
import { newInsertId, time, toDate } from "./values.ts";
import type { WriteBehind } from "./write-behind.ts";

/** Newest first; of one moment, the greatest id. */
const NEWEST_FIRST = { startedAt: -1, _id: -1 } as const;

/** Creating, reading, listing and rewriting the projections of executions. */
export function createHeads(connection: Connection, trailing: WriteBehind): ExecutionStore {
  const { heads } = connection.collections;
  const inserts = connection.inserts<HeadDocument>("heads");
  const removals = connection.records(REMOVALS.collection);
  return {
    async insert(head) {
      const { executionId: _id } = head;
      const insertId = newInsertId();
      // Both at once, so that a start takes no longer: an execution that was removed is never begun again by its id.
      const [isFirst, removal] = await Promise.all([
        inserts.add(toHeadDocument(head, insertId)),
        connection.ask(() => removals.findOne({ _id }, { projection: { _id: 1 } })),
      ]);
      if (!isFirst || removal === null) return isFirst;
      await connection.ask(() => heads.deleteOne({ _id, insertId }));
      return false;
    },
    async get(executionId) {
      const document = await connection.ask(() => heads.findOne({ _id: executionId }));
      return document && toHead(document);
    },
    async save(head) {
      trailing.putRecord(head);
      await trailing.flush();
    },
    list: (query) => listRecords(connection, query),
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

async function listRecords(
  connection: Connection,
  query: ExecutionRecordQuery,
): Promise<ExecutionRecordPage> {
  const { heads } = connection.collections;
  const { statuses, limit, ...rest } = query;
  if (statuses !== undefined)
    return listStatuses(query, (asked) => listRecords(connection, { ...rest, ...asked }));
  const driver = driverOf(query);
  const window = await windowEnd(connection, query, driver);
  const filter = pageFilter(query, window);
  const documents = await connection.ask(() => {
    const found = heads
      .find(filter)
      .sort(NEWEST_FIRST)
      .limit(limit + 1);
    return (window === null ? found : found.hint(driver.index)).toArray();
  });
  const page = toPage(documents.map(toHead), limit);
  if (page.nextCursor !== null || window === null) return page;
  return { ...page, nextCursor: toCursor(window) };
}

/** The last place that is read for a page; `null`: whatever it takes. */
async function windowEnd(
  connection: Connection,
  query: ExecutionRecordQuery,
  driver: Driver,
): Promise<Place | null> {
  const { maxLooked } = query;
  if (!driver.leaves || maxLooked === undefined) return null;
  const { heads } = connection.collections;
  const filter = pageFilter(servedOf(query, driver), null);
  const [last] = await connection.ask(() =>
    heads
      .find(filter, { projection: { _id: 1, startedAt: 1 } })
      .sort(NEWEST_FIRST)
      .hint(driver.index)
      .skip(maxLooked - 1)
      .limit(1)
      .toArray(),
  );
  return last === undefined ? null : { startedAt: time(last.startedAt), executionId: last._id };
}

/** What the index serves of a query. */
function servedOf(query: ExecutionRecordQuery, { filters }: Driver): ExecutionRecordQuery {
  const { limit, cursor, startedFrom } = query;
  const startedBefore = startBound(query) ?? undefined;
  const [label] = Object.entries(query.labels ?? {});
  const served = {
    labels: label && Object.fromEntries([label]),
    workflowId: query.workflowId,
    status: query.status,
    version: query.version,
    startedBy: query.startedBy,
    isUnderWay: query.isUnderWay,
    isAsking: query.isAsking,
  };
  const kept = Object.entries(served).filter(([name]) => [...filters].some((one) => one === name));
  return {
    ...Object.fromEntries(kept),
    ...omitUndefined({ limit, cursor, startedFrom, startedBefore }),
  };
}

/** What one page is made of. @param window - the last place that is read. */
function pageFilter(query: ExecutionRecordQuery, window: Place | null): Filter<HeadDocument> {
  const { workflowId, status, version, startedBy, labels, isUnderWay, isAsking } = query;
  return {
    ...omitUndefined({ workflow: workflowId, status, version }),
    ...(startedBy !== undefined && { startedBy: { $eq: startedBy, $exists: true } }),
    ...(labels !== undefined && { labels: { $all: [...toLabelTexts(labels)], $exists: true } }),
    ...(isUnderWay && {
      status: { $in: UNDER_WAY.filter((one) => status === undefined || one === status) },
    }),
    ...(isAsking && { openRequests: ANY_TEXT }),
    ...endFilter(query),
    ...placeFilter(query, window),
  };
}

function endFilter({ endedFrom, endedBefore }: ExecutionRecordQuery): Filter<HeadDocument> {
  if (endedFrom === undefined && endedBefore === undefined) return {};
  return {
    endedAt: {
      $gte: toDate(endedFrom ?? 0),
      ...(endedBefore !== undefined && { $lt: toDate(endedBefore) }),
    },
  };
}

/** Where in the order of the index the page is. */
function placeFilter(query: ExecutionRecordQuery, window: Place | null): Filter<HeadDocument> {
  const { cursor, startedFrom = 1 } = query;
  const after = cursor === undefined ? null : parseCursor(cursor);
  const before = startBound(query);
  const bounds = [
    ...(after === null ? [] : [beyond(after, "$lt", "$lt")]),
    ...(window === null ? [] : [beyond(window, "$gt", "$gte")]),
  ];
  return {
    // A bound even where none is needed: some compatible servers do not use an index for the order
    // alone.
    startedAt: {
      $gte: toDate(Math.max(startedFrom, window?.startedAt ?? 1)),
      ...(after !== null && { $lte: toDate(after.startedAt) }),
      ...(before !== null && { $lt: toDate(before) }),
    },
    ...(bounds.length > 0 && { $and: bounds }),
  };
}

/** On one side of a place in the order of the index. @param ofMoment - how ids of its moment compare. */
function beyond(
  { startedAt, executionId }: Place,
  side: "$lt" | "$gt",
  ofMoment: "$lt" | "$gte",
): Filter<HeadDocument> {
  const at = toDate(startedAt);
  return {
    $or: [{ startedAt: { [side]: at } }, { startedAt: at, _id: { [ofMoment]: executionId } }],
  };
}
