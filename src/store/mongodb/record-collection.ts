import type { Filter, Sort } from "mongodb";
import {
  type Condition,
  conditionsOf,
  type IndexMember,
  orderOf,
  type RecordKind,
  type RecordQuery,
  type RecordStorage,
  type TextMember,
  type Value,
} from "../record-kind.ts";
import { type Inserted, type RecordDocument, SCHEMA_VERSION, SHARD_KEYS } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { newInsertId, readJson, toDate } from "./values.ts";

type InsertedRecord = RecordDocument & Inserted;

/** The records of one kind in their collection. */
export function recordCollection<R extends Key, Key, Index extends string, Text extends string>(
  connection: Connection,
  kind: RecordKind<R, Key, Index, Text>,
): RecordStorage<R, Key, Index, Text> {
  const collection = connection.records(kind.collection);
  const inserts = connection.inserts<InsertedRecord>(kind.collection);
  const shardFields = shardFieldsOf(kind.collection);
  const find = (field: string, query: RecordQuery<Index>): Promise<readonly RecordDocument[]> => {
    const filter = toFilter(kind, query);
    const sort = toSort(kind, query);
    return connection.ask(() => {
      const found = collection.find(filter, { projection: { [field]: 1 } }).sort(sort);
      return (query.limit === undefined ? found : found.limit(query.limit)).toArray();
    });
  };

  return {
    insert: (record) => inserts.add({ ...toDocument(kind, record), insertId: newInsertId() }),
    async save(record) {
      const { _id, ...body } = toDocument(kind, record);
      // A document is found on its shard by the key of the shard.
      const shard = Object.fromEntries(shardFields.map((field) => [field, body[field]]));
      await connection.ask(() => collection.replaceOne({ _id, ...shard }, body, { upsert: true }));
    },
    async remove(key) {
      const _id = kind.id(key);
      await connection.ask(() => collection.deleteOne({ _id }));
    },
    async get(key) {
      const _id = kind.id(key);
      const document = await connection.ask(() => collection.findOne({ _id }));
      return document && readText<R>(document, "record");
    },
    async list(query) {
      const documents = await find("record", query);
      return documents.flatMap((document) => readText<R>(document, "record") ?? []);
    },
    async listTexts<T>(text: Text, query: RecordQuery<Index>) {
      const field = kind.texts[text].field ?? text;
      const documents = await find(field, query);
      return documents.flatMap((document) => readText<T>(document, field) ?? []);
    },
  };
}

/** A record as it is inserted. */
export function toDocument<R extends Key, Key, Index extends string, Text extends string>(
  kind: RecordKind<R, Key, Index, Text>,
  record: R,
): RecordDocument {
  const members: readonly (TextMember<R> | IndexMember<R>)[] = [
    ...Object.values<IndexMember<R>>(kind.index),
    ...Object.values<TextMember<R>>(kind.texts),
  ];
  const fields = members.flatMap((member) => {
    const value = member.value(record);
    return member.field === undefined || value === null
      ? []
      : [[member.field, toField(value, "isTime" in member)] as const];
  });
  return {
    _id: kind.id(record),
    schemaVersion: SCHEMA_VERSION,
    ...(kind.isInserted && { insertId: newInsertId() }),
    ...Object.fromEntries(fields),
  };
}

function toFilter<R extends Key, Key, Index extends string, Text extends string>(
  kind: RecordKind<R, Key, Index, Text>,
  query: RecordQuery<Index>,
): Filter<RecordDocument> {
  const members = new Map(Object.entries<IndexMember<R>>(kind.index));
  const conditions = conditionsOf(query).map(([name, value]) => {
    const member = members.get(name);
    return [member?.field ?? name, toCondition(value, member)];
  });
  return Object.fromEntries(conditions);
}

function toCondition(
  value: Condition,
  {
    isTime = false,
    isOptional = false,
  }: { readonly isTime?: boolean; readonly isOptional?: boolean } = {},
): unknown {
  if (typeof value === "object")
    return { $gte: toField(value.from, isTime), $lt: toField(value.before, isTime) };
  const wanted = toField(value, isTime);
  // Only so does the index serve that has the documents with the field.
  return isOptional ? { $eq: wanted, $exists: true } : wanted;
}

function toField(value: Exclude<Value, null>, isTime: boolean): string | number | boolean | Date {
  return isTime && typeof value === "number" ? toDate(value) : value;
}

function toSort<R extends Key, Key, Index extends string, Text extends string>(
  kind: RecordKind<R, Key, Index, Text>,
  { order }: RecordQuery<Index>,
): Sort {
  const members = new Map(Object.entries<IndexMember<R>>(kind.index));
  return Object.fromEntries(
    order.map((part) => {
      const { name, isDescending } = orderOf<Index>(part);
      const field = name === "key" ? "_id" : (members.get(name)?.field ?? name);
      return [field, isDescending ? -1 : 1];
    }),
  );
}

function shardFieldsOf(collection: string): readonly string[] {
  const key = Object.entries(SHARD_KEYS).find(([name]) => name === collection)?.[1] ?? {};
  return Object.keys(key).filter((field) => field !== "_id");
}

function readText<T>(document: RecordDocument, field: string): T | null {
  const text = document[field];
  return typeof text === "string" ? readJson<T>(text) : null;
}
