import { describe, expect, test } from "vitest";
import { createCron } from "../../src/adapters/node-cron.ts";
import { cpuTime } from "../support/cpu-time.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const cron = createCron();

/** What a clock on the wall of a zone shows, as if it were UTC: by ICU, which the adapter does not ask. */
function wallClock(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" },
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"));
  };
}

/**
 * Walks through every minute, as a clock does: a fixed time is due when the wall shows it first, and in the first minute after a gap if
 * it was in there.
 */
function dueFixed(
  timezone: string,
  isScheduled: (wall: Date) => boolean,
  from: number,
  until: number,
): readonly number[] {
  const wallAt = wallClock(timezone);
  const due: number[] = [];
  // What the wall showed before decides whether a time comes again.
  let shown = wallAt(from - DAY);
  for (let at = from - DAY + MINUTE; at <= until; at += MINUTE) {
    const wall = wallAt(at);
    let isDue = false;
    for (let next = shown + MINUTE; next <= wall; next += MINUTE)
      isDue ||= isScheduled(new Date(next));
    shown = Math.max(shown, wall);
    if (isDue && at > from) due.push(at);
  }
  return due;
}

const at = (hours: readonly number[], minutes: readonly number[]) => (wall: Date) =>
  hours.includes(wall.getUTCHours()) && minutes.includes(wall.getUTCMinutes());

const EXPRESSIONS: readonly (readonly [string, (wall: Date) => boolean])[] = [
  ["30 2 * * *", at([2], [30])],
  ["0,15,45 0-3 * * *", at([0, 1, 2, 3], [0, 15, 45])],
  ["1 0,1,23 * * *", at([0, 1, 23], [1])],
  ["0 9 * * *", at([9], [0])],
  ["0 12 * * 5", (wall) => wall.getUTCDay() === 5 && at([12], [0])(wall)],
];

/** Changes of the tz database (https://www.iana.org/time-zones), in UTC. */
const CHANGES: readonly (readonly [string, string, string])[] = [
  ["Europe/Berlin", "2026-03-29T01:00Z", "an hour forward"],
  ["Europe/Berlin", "2026-10-25T01:00Z", "an hour back"],
  ["Australia/Lord_Howe", "2026-10-03T15:30Z", "half an hour forward"],
  ["Australia/Lord_Howe", "2026-04-04T15:00Z", "half an hour back"],
  ["Antarctica/Troll", "2026-03-29T01:00Z", "two hours forward"],
  ["Antarctica/Troll", "2026-10-25T01:00Z", "two hours back"],
  ["America/St_Johns", "2011-03-13T03:31Z", "an hour forward a minute after midnight"],
  ["America/St_Johns", "2011-11-06T02:31Z", "an hour back, to the day before"],
  ["Pacific/Chatham", "2026-04-04T14:00Z", "an hour back, three quarters of an hour off"],
  ["America/Santiago", "2026-09-06T04:00Z", "an hour forward at midnight"],
  ["Africa/Casablanca", "2026-02-15T02:00Z", "an hour back, for Ramadan"],
  ["Pacific/Apia", "2011-12-30T10:00Z", "a whole day forward"],
  ["Pacific/Kwajalein", "1993-08-21T12:00Z", "a whole day forward"],
  ["Asia/Pyongyang", "2018-05-04T15:00Z", "half an hour forward, for good"],
];

describe.for(CHANGES)("in %s at %s (%s)", ([timezone, change]) => {
  const [from, until] = [Date.parse(change) - 2 * DAY, Date.parse(change) + 2 * DAY];

  test.for(EXPRESSIONS)("%s comes when the wall shows it", ([expression, isScheduled]) => {
    const schedule = cron.parse(expression, timezone);
    const expected = dueFixed(timezone, isScheduled, from, until);

    expect(schedule.between(from, until, 1000)).toEqual(expected);
    expect(schedule.following(from, until, 1000)).toEqual(expected);
    expect(schedule.between(from, until, 2)).toEqual(expected.slice(-2));
    expect(schedule.following(from, until, 2)).toEqual(expected.slice(0, 2));
  });
});

test("a Friday that does not exist is made up for when the Saturday begins", () => {
  const [thursday, monday] = [Date.UTC(2011, 11, 29, 12), Date.UTC(2012, 0, 2, 12)];
  const found = cron.parse("0 12 * * 5", "Pacific/Apia").following(thursday, monday, 9);
  expect(found.map((time) => new Date(time).toISOString())).toEqual(["2011-12-30T10:00:00.000Z"]);
});

test.for(["* * * * *", "* * * * * *", "0 0 29 2 *", "0 9 * * 1#5", "0 9 1 1 *"])(
  "a look at eight years of %s costs next to nothing",
  (expression) => {
    const [from, until] = [Date.UTC(2024, 2, 1), Date.UTC(2032, 1, 29)];
    const schedule = cron.parse(expression, "Europe/Berlin");

    const spent = cpuTime(() => {
      schedule.between(from, until, 100);
      schedule.following(from, until, 5);
    });

    expect(spent).toBeLessThan(500);
  },
);
