import { createTask, parse } from "node-cron";
import type { CronSchedule } from "../engine/ports/cron.ts";
import { type ClockPeriod, periodsOf } from "./clock-periods.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What an expression says, apart from time zones: times as a clock on the wall shows them, as if it were UTC. */
interface Wall {
  /** Is something scheduled on the day that begins then? */
  readonly hasDay: (midnight: number) => boolean;
  /** The scheduled minutes of such a day, in milliseconds since its midnight, sorted. */
  readonly minutes: readonly number[];
  /** The scheduled seconds of such a minute, in milliseconds, sorted. */
  readonly seconds: readonly number[];
  /** Does it name its times of day, so that each comes once a day? */
  readonly isFixed: boolean;
}

/**
 * The times of an expression in a time zone. Days are searched, not minutes: looking through a year costs a few hundred steps however
 * often or seldom something is scheduled.
 *
 * @param expression - one without problems.
 */
export function createCronSchedule(expression: string, timezone: string): CronSchedule {
  const wall = readWall(expression);
  const search = function* (after: number, until: number, isBackward: boolean): Generator<number> {
    const range = { after, until, isBackward };
    const periods = periodsOf(timezone, after - MINUTE_MS, until);
    for (const period of isBackward ? periods : periods.toReversed())
      for (const minute of minutesIn(period, wall, range))
        for (const second of ordered(wall.seconds, isBackward)) {
          const at = minute + second;
          if (at > after && at <= until) yield at;
        }
  };
  return {
    hasSeconds: wall.seconds.length > 1 || wall.seconds[0] !== 0,
    between: (after, until, limit) => search(after, until, true).take(limit).toArray().reverse(),
    following: (after, until, limit) => search(after, until, false).take(limit).toArray(),
  };
}

function readWall(expression: string): Wall {
  const { second, minute, hour } = parse(expression);
  const hours = hour.map((one) => one * HOUR_MS);
  const minutes = sorted(hours.flatMap((one) => minute.map((of) => one + of * MINUTE_MS)));
  const seconds = sorted(second.map((one) => one * SECOND_MS));
  // The library skips what summer time leaves out and repeats what comes twice: it is asked about the days on the wall alone.
  const task = createTask(expression, () => undefined, { timezone: "UTC" });
  // Only its matching is used; destroying it removes it from the library's registry, where it would leak.
  void task.destroy();
  const first = (minutes[0] ?? 0) + (seconds[0] ?? 0);
  return {
    hasDay: (midnight) => task.match(new Date(midnight + first)),
    minutes,
    seconds,
    isFixed: isFixed(expression, minute, hour),
  };
}

function sorted(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

interface Range {
  readonly after: number;
  readonly until: number;
  readonly isBackward: boolean;
}

/**
 * Walks through a period.
 *
 * @yields the minutes in which something is due, as far as they may be in the range.
 */
function* minutesIn(period: ClockPeriod, wall: Wall, range: Range): Generator<number> {
  const { begin, end, offset, previousOffset } = period;
  const { after, until, isBackward } = range;
  const from = Math.max(begin, after - MINUTE_MS);
  // A minute that the wall shows for the second time is not due again.
  const repeated = wall.isFixed ? begin + previousOffset : Number.NEGATIVE_INFINITY;
  const wallFrom = Math.max(from + offset, repeated);
  const wallTo = Math.min(end - 1, until) + offset;
  const skipped = from === begin && isSkippedDue(period, wall) ? [begin] : [];
  if (!isBackward) yield* skipped;
  for (const minute of wallMinutes(wall, wallFrom, wallTo, isBackward))
    if (minute - offset !== skipped[0]) yield minute - offset;
  if (isBackward) yield* skipped;
}

/** Has the clock skipped a fixed time when the period began? That is then due in its first minute. */
function isSkippedDue({ begin, offset, previousOffset }: ClockPeriod, wall: Wall): boolean {
  if (!wall.isFixed || offset <= previousOffset) return false;
  const skipped = wallMinutes(wall, begin + previousOffset, begin + offset - 1, false);
  return skipped.next().done !== true;
}

/**
 * Walks from one moment on the wall to another, both included.
 *
 * @yields scheduled minutes.
 */
function* wallMinutes(
  { hasDay, minutes }: Wall,
  from: number,
  to: number,
  isBackward: boolean,
): Generator<number> {
  const [first, last] = [midnightOf(from), midnightOf(to)];
  const step = isBackward ? -DAY_MS : DAY_MS;
  for (let day = isBackward ? last : first; day >= first && day <= last; day += step) {
    if (!hasDay(day)) continue;
    for (const ofDay of ordered(minutes, isBackward)) {
      const minute = day + ofDay;
      if (minute >= from && minute <= to) yield minute;
    }
  }
}

function midnightOf(wallTime: number): number {
  return Math.floor(wallTime / DAY_MS) * DAY_MS;
}

function ordered(values: readonly number[], isBackward: boolean): readonly number[] {
  return isBackward ? values.toReversed() : values;
}

/**
 * Does it name its times of day, as in `30 2 * * *`? As for `cron` itself, a minute or an hour that
 * begins with a star makes it repeat; so do all 24 hours. A step that leaves one value repeats
 * nothing.
 */
function isFixed(expression: string, minute: readonly number[], hour: readonly number[]): boolean {
  const fields = expression.split(" ");
  const repeats = (field: string | undefined, values: readonly number[]): boolean =>
    values.length > 1 && (field ?? "").split(",").some((part) => part.startsWith("*"));
  return !(hour.length === 24 || repeats(fields.at(-5), minute) || repeats(fields.at(-4), hour));
}
