import type { Collection, Document } from "mongodb";
import type {
  PlacedRow,
  RowListener,
  RowPlace,
  RowQuestion,
  RowSource,
  RowSubscription,
} from "../../../engine/ports/row-source.ts";
import { AppError } from "../../../shared/errors.ts";
import { placeColumns, placedRows, requireSameTypes } from "../marked-query.ts";
import { RowCollector, TRIGGER_LIMITS } from "../row-collector.ts";
import { fromExtended, fromPlace, toPlace, toRow, typeOf } from "./mongo-values.ts";

/** Does work with a collection. */
export type Reading = <Result>(
  collection: string,
  signal: AbortSignal | null,
  work: (collection: Collection) => Promise<Result>,
) => Promise<Result>;

/** Documents of a MongoDB database in the order of a mark. */
export function createMongoRows(reading: Reading): RowSource {
  const within = <Result>(
    question: RowQuestion,
    signal: AbortSignal,
    work: (collection: Collection) => Promise<Result>,
  ) => reading(collectionOf(question).name, signal, work);
  return {
    last: (question, count, signal) =>
      within(question, signal, async (collection) => {
        const ends = await endsOf(collection, question);
        return find(collection, question, {
          conditions: await usable(collection, question, ends),
          direction: -1,
          count,
        });
      }),
    read: (question, { after, isInclusive, upTo, count }, signal) =>
      within(question, signal, async (collection) => {
        const ends = await endsOf(collection, question);
        if (ends !== null && after !== null) requireSameTypes([question.mark], [ends], after);
        const conditions = await usable(collection, question, ends);
        if (after !== null) conditions.push(behind(question, after, isInclusive));
        if (upTo !== null) conditions.push({ $nor: [behind(question, upTo, false)] });
        return find(collection, question, { conditions, direction: 1, count });
      }),
    openWork: async () => null,
    isOver: async () => true,
    listen: (question, channel, listener) =>
      reading(collectionOf(question).name, null, (collection) =>
        watch(collection, channel, listener),
      ),
  };
}

function collectionOf({ source }: Pick<RowQuestion, "source">): {
  readonly name: string;
  readonly filter: Document;
} {
  if (source.kind === "collection")
    return { name: source.name, filter: fromExtended(JSON.stringify(source.filter)) };
  throw new AppError({
    code: "params_invalid",
    message:
      'The database is a MongoDB, which knows no SQL. Name a "collection" in place of "query", and its documents with "filter".',
  });
}

async function find(
  collection: Collection,
  question: RowQuestion,
  {
    conditions,
    direction,
    count,
  }: {
    readonly conditions: readonly Document[];
    readonly direction: 1 | -1;
    readonly count: number;
  },
): Promise<readonly PlacedRow[]> {
  const columns = placeColumns(question);
  const documents = collection
    .find({ $and: [collectionOf(question).filter, ...conditions] })
    .sort(Object.fromEntries(columns.map((name) => [name, direction])))
    .limit(count);
  const collector = new RowCollector(["document"], TRIGGER_LIMITS);
  const places: Document[] = [];
  for await (const document of documents) {
    collector.add([toRow(document)], (row) => row);
    places.push(document);
  }
  const rows = collector.rows.map(({ document }) => (isRow(document) ? document : {}));
  return placedRows(rows, columns, (_row, index, position) => {
    const value = valueAt(places[position], columns[index] ?? "");
    if (value === null || value === undefined) return null;
    return { type: requireType(value, columns[index] ?? ""), value: toPlace(value) };
  });
}

function isRow(value: unknown): value is PlacedRow["row"] {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Behind a place in the order of mark and key. */
function behind(question: RowQuestion, place: RowPlace, isInclusive: boolean): Document {
  const columns = placeColumns(question);
  const values = place.values.map((text, index) => fromPlace(text, place.types[index]));
  if (isInclusive) return { [question.mark]: { $gte: values[0] } };
  const ways = columns.map((name, index) => ({
    ...Object.fromEntries(columns.slice(0, index).map((before, at) => [before, values[at]])),
    [name]: { $gt: values[index] },
  }));
  return { $or: ways };
}

/**
 * MongoDB compares values of one type alone, so of a mark of several types some would never be found: the first and the last value
 * show it.
 *
 * @returns the type; `null`: there is no value. @throws {AppError} `params_invalid`.
 */
async function endsOf(collection: Collection, question: RowQuestion): Promise<string | null> {
  const { mark } = question;
  const end = async (direction: 1 | -1): Promise<unknown> => {
    const conditions = { $and: [collectionOf(question).filter, { [mark]: { $ne: null } }] };
    const [found] = await collection
      .find(conditions)
      .sort({ [mark]: direction })
      .limit(1)
      .project({ _id: 0, [mark]: 1 })
      .toArray();
    return valueAt(found, mark);
  };
  const ends = [await end(1), await end(-1)].filter((value) => value !== undefined);
  const [type, other = type] = ends.map((value) => requireType(value, mark));
  if (type === undefined) return null;
  if (type === other) return type;
  throw new AppError({
    code: "params_invalid",
    message: `The member "${mark}" is of the type ${type} in some documents and of the type ${other} in others, of which one kind would never be found. Write it in one type, or leave the others out with "filter".`,
  });
}

/** Documents whose mark has come, by the server's clock: one in the future would hide those that are written after it. */
async function usable(
  collection: Collection,
  { mark, aheadMs }: RowQuestion,
  type: string | null,
): Promise<Document[]> {
  if (type !== "date") return [{ [mark]: { $ne: null } }];
  const { localTime } = await collection.db.command({ hello: 1 });
  const now = localTime instanceof Date ? localTime.getTime() : Date.now();
  return [{ [mark]: { $lte: new Date(now + aheadMs) } }];
}

function requireType(value: unknown, name: string): string {
  const type = typeOf(value);
  if (type !== null) return type;
  throw new AppError({
    code: "params_invalid",
    message: `The member "${name}" has a value by which documents have no order. Name one with dates, numbers, texts or object ids.`,
  });
}

/** The value at a path such as `meta.changedAt`. */
function valueAt(document: unknown, path: string): unknown {
  let value: unknown = document;
  for (const member of path.split("."))
    value = typeof value === "object" && value !== null ? Reflect.get(value, member) : undefined;
  return value;
}

/**
 * What servers answer that have no change streams, or do not let us open one: a standalone (40573), compatible servers, a user
 * without the right.
 */
const NO_STREAMS: readonly unknown[] = [40_573, 40_324, 59, 115, 238, 13];

/** Hears of changes by a change stream. They are a wake-up alone: where a stream ends, a new one begins with now. */
async function watch(
  collection: Collection,
  channel: string | true,
  listener: RowListener,
): Promise<RowSubscription> {
  if (channel !== true) {
    throw new AppError({
      code: "params_invalid",
      message: 'MongoDB has no channels. Write "notify": true for the changes of the collection.',
    });
  }
  const stream = collection.watch([{ $project: { _id: 1 } }]);
  try {
    // Opens it, and waits for its first answer.
    if ((await stream.tryNext()) !== null) listener.notified();
  } catch (error) {
    await stream.close().catch(() => {});
    if (!NO_STREAMS.includes(Reflect.get(Object(error), "code"))) throw error;
    throw new AppError({
      code: "params_invalid",
      message:
        'The server has no change streams, which replica sets of MongoDB have, or does not let the bot open one. Leave "notify" out: the documents are looked for every "pollIntervalMs".',
      cause: error,
    });
  }
  let isClosed = false;
  const follow = async (): Promise<void> => {
    try {
      while (!isClosed) {
        await stream.next();
        listener.notified();
      }
    } catch {
      if (!isClosed) listener.lost();
      await stream.close().catch(() => {});
    }
  };
  void follow();
  return {
    async close() {
      isClosed = true;
      await stream.close().catch(() => {});
    },
  };
}
