/** What a column or a field can hold; `null`: nothing, and a document has no such field then. */
export type Value = string | number | boolean | null;

/** A member by which records are found or sorted. */
export interface IndexMember<R> {
  readonly column: string;
  /** Absent: documents are not searched by it. */
  readonly field?: string;
  /** Milliseconds since 1970 that documents hold as a date. */
  readonly isTime?: true;
  /** May be `null`: its index has only the documents that have the field. */
  readonly isOptional?: true;
  readonly value: (record: R) => Value;
}

/**
 * JSON text beside the index members: the record itself, or a small part of it that is read often.
 */
export interface TextMember<R> {
  /** Absent: the table does not have it, and `select` computes it. */
  readonly column?: string;
  /** SQL expression that gives the text where the table has no such column. */
  readonly select?: string;
  /** Absent: documents do not have it. */
  readonly field?: string;
  /** `null`: not kept of this record. */
  readonly value: (record: R) => string | null;
}

/** How records of one kind are stored in a table of SQLite and in a collection of MongoDB. */
export interface RecordKind<
  R extends Key,
  Key,
  Index extends string,
  Text extends string,
  Collection extends string = string,
> {
  readonly table: string;
  readonly collection: Collection;
  /** The primary key of the table: its columns. */
  readonly key: Readonly<Record<string, (key: Key) => string | number>>;
  /** `_id` of the document. */
  readonly id: (key: Key) => string;
  /**
   * Documents carry the mark of their insert: for kinds of which `insert` decides who was first.
   */
  readonly isInserted?: true;
  readonly index: Readonly<Record<Index, IndexMember<R>>>;
  readonly texts: Readonly<Record<Text | "record", TextMember<R>>>;
}

/** Names the type of a record and of its key; the rest follows from the description. */
export function describeRecord<R extends Key, Key>() {
  return <Index extends string, Text extends string, const Collection extends string>(
    kind: RecordKind<R, Key, Index, Text, Collection>,
  ): RecordKind<R, Key, Index, Text, Collection> => kind;
}

/** The record itself as JSON text, in a column and a field named `record`. */
export const RECORD_TEXT = {
  column: "record",
  field: "record",
  value: (record: object): string => JSON.stringify(record),
} as const;

/** From a value up to, not including, another one. */
interface Range {
  readonly from: number | string;
  readonly before: number | string;
}

export type Condition = string | number | boolean | Range;

/**
 * Records that have these values, in an order: `-` before a name turns it round, `key` is the
 * primary key.
 */
export interface RecordQuery<Index extends string> {
  readonly where?: Readonly<Partial<Record<Index, Condition>>>;
  readonly order: readonly (Index | "key" | `-${Index}` | "-key")[];
  readonly limit?: number;
}

/** The records of one kind in a store. */
export interface RecordStorage<R, Key, Index extends string, Text extends string> {
  /** @returns `false` if there is one with this key. */
  insert(record: R): Promise<boolean>;
  /** Replaces the record with this key, or stores it. */
  save(record: R): Promise<void>;
  /** Removes the record with this key, if there is one. */
  remove(key: Key): Promise<void>;
  get(key: Key): Promise<R | null>;
  list(query: RecordQuery<Index>): Promise<readonly R[]>;
  /** Another text of the records, without the records. The type is taken on trust. */
  listTexts<T>(text: Text, query: RecordQuery<Index>): Promise<readonly T[]>;
}

/** What a query asks for, by name of the member. */
export function conditionsOf<Index extends string>({
  where,
}: RecordQuery<Index>): readonly (readonly [string, Condition])[] {
  const conditions: readonly (readonly [string, Condition])[] = Object.entries(where ?? {});
  return conditions;
}

/** One part of an order: a name, and whether it is turned round. */
export function orderOf<Index extends string>(
  part: RecordQuery<Index>["order"][number],
): { readonly name: string; readonly isDescending: boolean } {
  const isDescending = part.startsWith("-");
  return { name: isDescending ? part.slice(1) : part, isDescending };
}
