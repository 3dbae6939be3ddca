import type {
  Commit,
  ExecutionRecord,
  ExecutionRecordPage,
  ExecutionRecordQuery,
} from "../engine/ports/executions.ts";
import { AppError } from "../shared/errors.ts";

/**
 * Put behind a text, it is later than any text that begins with that one: the highest code point
 * there is.
 */
export const AFTER_ANY = "\u{10ffff}";

/**
 * Where a page of executions ended: the next one begins after this place, whatever was inserted
 * meanwhile.
 */
export interface Place {
  readonly startedAt: number;
  readonly executionId: string;
}

/**
 * Opaque text for a place; the same for every database.
 */
export function toCursor(place: Place): string {
  return Buffer.from(JSON.stringify([place.startedAt, place.executionId])).toString("base64url");
}

/** @throws {AppError} `input_invalid` when the text was not made by {@link toCursor}. */
export function parseCursor(cursor: string): Place {
  const place = readPlace(Buffer.from(cursor, "base64url").toString());
  // Decoding skips what is not base64url; only writing it again shows that nothing was added or
  // cut.
  if (place === null || toCursor(place) !== cursor) throw badCursor();
  return place;
}

function readPlace(json: string): Place | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [startedAt, executionId]: unknown[] = value;
  if (!Number.isSafeInteger(startedAt) || typeof startedAt !== "number") return null;
  return typeof executionId === "string" ? { startedAt, executionId } : null;
}

function badCursor(): AppError {
  const message = "`cursor` is not one that this list gave out.";
  const fix =
    "Take `nextCursor` of the previous page, whole, or leave `cursor` out for the first page.";
  return new AppError({
    code: "input_invalid",
    message: `${message} ${fix}`,
    details: { problems: [{ path: "cursor", message, fix }] },
  });
}

/**
 * A page of what was read: one record more than the limit, if there is one, which only says that a
 * next page follows.
 */
export function toPage(found: readonly ExecutionRecord[], limit: number): ExecutionRecordPage {
  const records = found.slice(0, limit);
  const last = records.at(-1);
  const more = found.length > limit && last !== undefined;
  return { records, nextCursor: more ? toCursor(last) : null };
}

/** What lists are filtered by. */
export type Filter =
  | "labels"
  | "workflowId"
  | "status"
  | "version"
  | "startedBy"
  | "isUnderWay"
  | "isAsking"
  | "ended";

/** The filters that one index serves together, in the order in which an index is chosen, with its name in both databases. */
const SERVED: readonly (readonly [index: string, ...filters: readonly Filter[]])[] = [
  ["heads_labels", "labels"],
  ["heads_workflow_status", "workflowId", "status"],
  ["heads_workflow_version", "workflowId", "version"],
  ["heads_under_way", "startedBy", "isUnderWay"],
  ["heads_started_by", "startedBy"],
  ["heads_workflow", "workflowId"],
  ["heads_asking", "isAsking"],
  ["heads_status", "status"],
  ["heads_started"],
];

/** By which index a list is read. */
export interface Driver {
  readonly index: string;
  readonly filters: ReadonlySet<Filter>;
  /** Filters are left that are checked record by record. */
  readonly leaves: boolean;
}

export function driverOf(query: ExecutionRecordQuery): Driver {
  const { labels = {}, endedFrom, endedBefore } = query;
  const isEnded = endedFrom !== undefined || endedBefore !== undefined;
  const given = new Set<Filter>([
    ...(Object.keys(labels).length > 0 ? (["labels"] as const) : []),
    ...(isEnded ? (["ended"] as const) : []),
    ...(["workflowId", "status", "version", "startedBy", "isUnderWay", "isAsking"] as const).filter(
      (name) => query[name] !== undefined,
    ),
  ]);
  const served = SERVED.find(([, ...filters]) => filters.every((filter) => given.has(filter)));
  const [index = "", ...filters] = served ?? [];
  const leaves = filters.length < given.size || Object.keys(labels).length > 1;
  return { index, filters: new Set(filters), leaves };
}

/**
 * Before when the executions of a list were started: what is over by then was started before.
 *
 * @returns `null`: there is no such moment.
 */
export function startBound({ startedBefore, endedBefore }: ExecutionRecordQuery): number | null {
  const bounds = [startedBefore, endedBefore].filter((bound) => bound !== undefined);
  return bounds.length === 0 ? null : Math.min(...bounds);
}

/**
 * A page of executions with one of several statuses: each status is read along its own index, and the pages are put together.
 *
 * @param list - gives a page of one status.
 */
export async function listStatuses(
  { statuses = [], ...query }: ExecutionRecordQuery,
  list: (query: ExecutionRecordQuery) => Promise<ExecutionRecordPage>,
): Promise<ExecutionRecordPage> {
  const each = [...new Set(statuses)].map((status) => list({ ...query, status }));
  const pages = await Promise.all(each);
  // Behind the nearest place where one page ends, nothing is known of its status.
  const ends = pages.flatMap(({ nextCursor }) =>
    nextCursor === null ? [] : [parseCursor(nextCursor)],
  );
  const end = ends.toSorted(newestFirst)[0];
  const found = pages
    .flatMap(({ records }) => records)
    .filter((record) => end === undefined || newestFirst(record, end) <= 0)
    .toSorted(newestFirst);
  const records = found.slice(0, query.limit);
  const last = records.at(-1);
  if (found.length > query.limit && last) return { records, nextCursor: toCursor(last) };
  return { records, nextCursor: end === undefined ? null : toCursor(end) };
}

function newestFirst(a: Place, b: Place): number {
  if (a.startedAt !== b.startedAt) return b.startedAt - a.startedAt;
  if (a.executionId === b.executionId) return 0;
  return a.executionId < b.executionId ? 1 : -1;
}

/** Another commit has this revision. */
export function lostRace({ executionId, rev }: Commit): AppError {
  return new AppError({
    code: "store_conflict",
    message: "Another worker has taken over this run and continues it.",
    details: { executionId, rev },
  });
}
