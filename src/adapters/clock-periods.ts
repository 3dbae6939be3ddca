/** A time in which the clocks of a zone are not changed; all in milliseconds. */
export interface ClockPeriod {
  /** When the clocks were changed. @default -Infinity for the first period */
  readonly begin: number;
  /** When they are changed again, or the end of what was asked about. */
  readonly end: number;
  /** What the wall shows more than UTC. */
  readonly offset: number;
  /** What it showed more before; the same as `offset` for the first period. */
  readonly previousOffset: number;
}

const NANOSECONDS_PER_MS = 1e6;

/**
 * The periods of a time zone that hold some moment from `from` to `until`, the latest first.
 *
 * @param timezone - an IANA name that exists.
 */
export function periodsOf(timezone: string, from: number, until: number): readonly ClockPeriod[] {
  const periods: ClockPeriod[] = [];
  const at = (ms: number): Temporal.ZonedDateTime =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone);
  const offsetAt = (ms: number): number => at(ms).offsetNanoseconds / NANOSECONDS_PER_MS;
  for (let end = Math.floor(until) + 1; end > from; ) {
    // Looks for a change before `end`: one at `until` itself is one, too.
    const change = at(end).getTimeZoneTransition("previous");
    const begin = change?.epochMilliseconds ?? Number.NEGATIVE_INFINITY;
    const offset = offsetAt(end - 1);
    periods.push({ begin, end, offset, previousOffset: change ? offsetAt(begin - 1) : offset });
    end = begin;
  }
  return periods;
}
