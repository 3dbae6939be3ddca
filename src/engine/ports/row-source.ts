import type { JsonObject } from "../../shared/json.ts";

/**
 * Where rows are: the result of a statement that reads, without parameters, and has the columns of mark and key; or the documents of
 * a collection that fit a filter of MongoDB.
 */
export type RowOrigin =
  | { readonly kind: "query"; readonly query: string }
  | { readonly kind: "collection"; readonly name: string; readonly filter: JsonObject };

/** Rows that a trigger looks for, in the order of one of their columns. */
export interface RowQuestion {
  /** Name of the connection; absent: the default one. */
  readonly connection?: string;
  readonly source: RowOrigin;
  /** Column by which rows are in order: one that is later in it changed later. Rows where it is NULL are not found. */
  readonly mark: string;
  /** Columns that tell apart rows of one mark. */
  readonly key: readonly string[];
  /** How far a mark may be ahead of the database's clock, in milliseconds: what is further ahead is found when its time has come. */
  readonly aheadMs: number;
  /** Time zone of the clock by which a mark without a time zone was written; `null`: it is not known. */
  readonly timezone: string | null;
}

/**
 * Where a row stands in that order: the values of its mark and its key, as the database writes them, so that no digit and no
 * microsecond is lost.
 */
export interface RowPlace {
  /** What each value is, as far as values of different types do not compare: `number`, `timestamptz`. */
  readonly types: readonly string[];
  readonly values: readonly string[];
}

export interface PlacedRow {
  readonly row: JsonObject;
  readonly place: RowPlace;
}

/** Which rows are read. */
export interface RowRange {
  /** Behind it; `null`: from the beginning. */
  readonly after: RowPlace | null;
  /** With all rows whose mark is that of `after`, whatever their keys. */
  readonly isInclusive: boolean;
  /** This one and none behind it; `null`: to the end. */
  readonly upTo: RowPlace | null;
  /** Most rows that are read. */
  readonly count: number;
}

/** Hears of what happens in a database. */
export interface RowListener {
  /** Something was written: there may be new rows. */
  notified(): void;
  /** The connection is gone, and nothing more is heard. */
  lost(): void;
}

export interface RowSubscription {
  /** Ends it; the listener hears nothing of that. */
  close(): Promise<void>;
}

/** Databases whose rows start runs. Every method may throw {AppError} as a query does; `params_invalid` where a row has no usable place. */
export interface RowSource {
  /** The last rows, the last one first. */
  last(question: RowQuestion, count: number, signal: AbortSignal): Promise<readonly PlacedRow[]>;
  /** The first rows of a range, in order. @throws {AppError} `limit_exceeded`: fewer rows have to be asked for. */
  read(question: RowQuestion, range: RowRange, signal: AbortSignal): Promise<readonly PlacedRow[]>;
  /** Names what is at work in the database now and may still commit; `null`: the database does not tell. */
  openWork(question: RowQuestion, signal: AbortSignal): Promise<JsonObject | null>;
  /** Is all of it over? */
  isOver(question: RowQuestion, work: JsonObject, signal: AbortSignal): Promise<boolean>;
  /**
   * Listens to the notifications of a channel, or with `true` to the changes of the collection. What was written before it resolves is not among them.
   *
   * @throws {AppError} `params_invalid`: the database has none, or a pool before it passes none on; `service_unavailable`.
   */
  listen(
    question: Pick<RowQuestion, "connection" | "source">,
    channel: string | true,
    listener: RowListener,
  ): Promise<RowSubscription>;
}
