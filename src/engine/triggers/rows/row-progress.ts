import {
  hashJson,
  isJsonObject,
  type Json,
  type JsonObject,
  readNumber,
  readOwn,
} from "../../../shared/json.ts";
import type { PlacedRow, RowPlace, RowRange } from "../../ports/row-source.ts";

/** How far a trigger has come in the order of a mark, as it is stored. */
export interface RowProgress {
  /** Time of the last change. */
  readonly at: number;
  /** Of what decides what a place means, as a hash. */
  readonly source: string;
  /** No row comes at or before it any more; `null`: one may come anywhere. */
  readonly settled: RowPlace | null;
  /** Rows with the mark of `settled` still come. */
  readonly isInclusive: boolean;
  /** The last row that was found, for which a run was begun. */
  readonly last: RowPlace | null;
  /** What is settled next: when the rows up to it were found, and what was open then. */
  readonly next: {
    readonly place: RowPlace;
    readonly at: number;
    readonly work: JsonObject | null;
  } | null;
  /** Rows behind `settled` that were there at the first look. */
  readonly old: { readonly mark: string; readonly names: readonly string[] } | null;
}

/** Reads what was stored. @returns `null`: nothing was, or what means another thing. */
export function readProgress(stored: Json, source: string): RowProgress | null {
  const at = readNumber(stored, "at");
  if (at === null || readOwn(stored, "source") !== source) return null;
  const next = readOwn(stored, "next");
  const place = readPlace(readOwn(next, "place"));
  const work = readOwn(next, "work");
  return {
    at,
    source,
    settled: readPlace(readOwn(stored, "settled")),
    isInclusive: readOwn(stored, "isInclusive") === true,
    last: readPlace(readOwn(stored, "last")),
    next: place && {
      place,
      at: readNumber(next, "at") ?? at,
      work: isJsonObject(work) ? work : null,
    },
    old: readOld(readOwn(stored, "old")),
  };
}

/** The progress of a trigger that begins. @param rows - the last ones, the last one first. @param isAll - are there no others? */
export function firstProgress(
  { at, source }: Pick<RowProgress, "at" | "source">,
  { rows, isAll }: { readonly rows: readonly PlacedRow[]; readonly isAll: boolean },
): RowProgress {
  const last = rows[0]?.place ?? null;
  const settled = isAll ? null : (rows.at(-1)?.place ?? null);
  const names = rows.map(({ place }) => rowName(place));
  const old = last && { mark: last.values[0] ?? "", names };
  return { at, source, settled, isInclusive: false, last, next: null, old };
}

/** What is read again: rows may have come between those that were found. `null`: nothing. */
export function lateRange({
  settled,
  isInclusive,
  last,
}: RowProgress): Omit<RowRange, "count"> | null {
  if (last === null) return null;
  const isNone = settled !== null && rowName(settled) === rowName(last) && !isInclusive;
  return isNone ? null : { after: settled, isInclusive, upTo: last };
}

/** Settles what is next. Of a mark that names a day, rows still come. */
export function settle(progress: RowProgress): RowProgress {
  const { next, old } = progress;
  if (next === null) return progress;
  const isInclusive = isCoarse(next.place);
  const isKept = isInclusive && old?.mark === next.place.values[0];
  return { ...progress, settled: next.place, isInclusive, next: null, old: isKept ? old : null };
}

/** Is the mark a day, by which rows have no order? */
export function isCoarse({ values: [mark = ""] }: RowPlace): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(mark);
}

/** By which a row is known: its mark and its key. */
export function rowName({ values }: RowPlace): string {
  return hashJson([...values]).slice(0, 24);
}

function readPlace(stored: unknown): RowPlace | null {
  const types = textsOf(readOwn(stored, "types"));
  const values = textsOf(readOwn(stored, "values"));
  return values.length > 0 && types.length === values.length ? { types, values } : null;
}

function readOld(stored: unknown): RowProgress["old"] {
  const mark = readOwn(stored, "mark");
  return typeof mark === "string" ? { mark, names: textsOf(readOwn(stored, "names")) } : null;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
}
