/** Why a text is no time, to follow "is". */
export interface NoTime {
  readonly reason: string;
  /** Its form is right, but its month has no such day. */
  readonly isMissingDay: boolean;
}

/**
 * Milliseconds since 1970, or why not: without a zone it is not defined which moment is meant, and
 * `Date.parse` takes the 31st of February for the 3rd of March.
 */
export function parseTime(text: string): number | NoTime {
  const form = /^(\d{4}-\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
  const trimmed = text.trim();
  const [, month = "", day = ""] = form.exec(trimmed) ?? [];
  const ms = month === "" ? Number.NaN : Date.parse(trimmed);
  if (Number.isNaN(ms)) return { reason: "no time with a zone", isMissingDay: false };
  if (new Date(`${month}-${day}`).getUTCDate() === Number(day)) return ms;
  return { reason: `a date that does not exist: ${month} has no day ${day}`, isMissingDay: true };
}
