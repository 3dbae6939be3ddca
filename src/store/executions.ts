import type { Commit, ExecutionRecord, ExecutionRecordPage } from "../engine/ports/executions.ts";
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
 *
 * @internal exported for its test
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

/** Another commit has this revision. */
export function lostRace({ executionId, rev }: Commit): AppError {
  return new AppError({
    code: "store_conflict",
    message: "Another worker has taken over this run and continues it.",
    details: { executionId, rev },
  });
}
