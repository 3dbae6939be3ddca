import { getTasks } from "node-cron";
import { describe, expect, test } from "vitest";
import { createCron } from "../../src/adapters/node-cron.ts";

const DAY = 86_400_000;
const cron = createCron();
const at = (text: string): number => Date.parse(text);

/** The times after one moment up to another, as text. */
function times(
  expression: string,
  timezone: string,
  after: string,
  until: string,
  limit = 100,
): readonly string[] {
  const found = cron.parse(expression, timezone).between(at(after), at(until), limit);
  return found.map((time) => new Date(time).toISOString());
}

describe("the times of a cron expression", () => {
  test.for<readonly [string, string, string, string, readonly string[]]>([
    [
      "0 9 * * 1-5",
      "UTC",
      "2026-11-20T00:00:00Z",
      "2026-11-24T12:00:00Z",
      ["2026-11-20T09:00:00.000Z", "2026-11-23T09:00:00.000Z", "2026-11-24T09:00:00.000Z"],
    ],
    // The moment itself belongs to the time before it.
    [
      "* * * * *",
      "UTC",
      "2026-11-23T09:00:00Z",
      "2026-11-23T09:01:00Z",
      ["2026-11-23T09:01:00.000Z"],
    ],
    ["* * * * *", "UTC", "2026-11-23T09:00:01Z", "2026-11-23T09:00:59Z", []],
    [
      "15,45 * * * * *",
      "UTC",
      "2026-11-23T09:00:15Z",
      "2026-11-23T09:01:15Z",
      ["2026-11-23T09:00:45.000Z", "2026-11-23T09:01:15.000Z"],
    ],
    // A time zone half an hour off, and the change to summer time.
    [
      "0 9 * * *",
      "Asia/Kolkata",
      "2026-11-23T00:00:00Z",
      "2026-11-24T00:00:00Z",
      ["2026-11-23T03:30:00.000Z"],
    ],
    [
      "0 9 * * *",
      "Europe/Berlin",
      "2026-03-28T00:00:00Z",
      "2026-03-30T00:00:00Z",
      ["2026-03-28T08:00:00.000Z", "2026-03-29T07:00:00.000Z"],
    ],
    ["0 0 29 2 *", "UTC", "2027-01-01T00:00:00Z", "2027-03-10T00:00:00Z", []],
  ])("%s in %s after %s until %s", ([expression, timezone, after, until, expected]) => {
    expect(times(expression, timezone, after, until)).toEqual(expected);
  });

  test("are the latest ones where there are more than wanted", () => {
    const [first, last] = ["2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"];
    expect(times("* * * * *", "UTC", first, last, 2)).toEqual([
      "2026-11-23T09:59:00.000Z",
      "2026-11-23T10:00:00.000Z",
    ]);
    expect(times("*/20 * * * * *", "UTC", first, last, 2)).toEqual([
      "2026-11-23T09:59:40.000Z",
      "2026-11-23T10:00:00.000Z",
    ]);
  });

  test("leave nothing behind in the library", () => {
    const before = getTasks().size;
    for (let count = 0; count < 50; count += 1) cron.parse("* * * * *", "UTC");
    expect(getTasks().size).toBe(before);
  });

  test("need a look every second only if they name seconds", () => {
    expect(cron.parse("* * * * *", "UTC").hasSeconds).toBe(false);
    expect(cron.parse("0 * * * * *", "UTC").hasSeconds).toBe(false);
    expect(cron.parse("30 * * * * *", "UTC").hasSeconds).toBe(true);
  });
});

describe("when the clocks are changed", () => {
  test.for<readonly [string, string, string, readonly string[]]>([
    ["Europe/Berlin", "30 2 * * *", "2026-03-28", ["28T01:30", "29T01:00", "30T00:30"]],
    ["Europe/Berlin", "30 2 * * *", "2026-10-24", ["24T00:30", "25T00:30", "26T01:30"]],
    ["America/New_York", "30 2 * * *", "2026-03-07", ["07T07:30", "08T07:00", "09T06:30"]],
    ["America/New_York", "30 1 * * *", "2026-10-31", ["31T05:30", "01T05:30", "02T06:30"]],
    ["America/Santiago", "0 0 * * *", "2026-09-05", ["05T04:00", "06T04:00", "07T03:00"]],
    ["America/Santiago", "30 23 * * *", "2026-04-04", ["04T02:30", "05T02:30", "06T03:30"]],
    ["Asia/Beirut", "30 0 * * *", "2026-03-27", ["27T22:30", "28T22:00", "29T21:30"]],
    ["Asia/Beirut", "30 23 * * *", "2026-10-23", ["23T20:30", "24T20:30", "25T21:30"]],
    ["Australia/Lord_Howe", "15 2 * * *", "2026-10-02", ["02T15:45", "03T15:30", "04T15:15"]],
    ["Australia/Lord_Howe", "45 1 * * *", "2026-04-03", ["03T14:45", "04T14:45", "05T15:15"]],
    // The gap is at midnight: the day that is asked for is that of the time that was skipped.
    ["Asia/Beirut", "30 0 29 3 *", "2026-03-27", ["28T22:00"]],
    ["America/Santiago", "15 0 * * 0", "2026-09-05", ["06T04:00"]],
    ["Europe/Berlin", "@daily", "2026-03-28", ["28T23:00", "29T22:00", "30T22:00"]],
  ])("in %s, %s from %s on comes once a day", ([timezone, expression, from, expected]) => {
    const begin = at(`${from}T00:00:00Z`);
    const found = cron.parse(expression, timezone).between(begin - 1, begin + 3 * DAY - 1, 100);
    expect(found.map((time) => new Date(time).toISOString().slice(8, 16))).toEqual(expected);
  });

  test("several times that are skipped, and the one that follows, come together", () => {
    const day = ["Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"] as const;
    expect(times("0,30 2 * * *", ...day)).toEqual(["2026-03-29T01:00:00.000Z"]);
    expect(times("0 2,3 * * *", ...day)).toEqual(["2026-03-29T01:00:00.000Z"]);
    expect(times("15 30 2 * * *", ...day)).toEqual(["2026-03-29T01:00:15.000Z"]);
  });

  test("a look every minute finds the same as one look at all", () => {
    const [begin, end] = [at("2026-03-28T00:00:00Z"), at("2026-03-30T00:00:00Z")];
    const schedule = cron.parse("30 2 * * *", "Europe/Berlin");
    const found: number[] = [];
    for (let now = begin; now < end; now += 60_000)
      found.push(...schedule.between(now, now + 60_000, 100));
    expect(found).toEqual(schedule.between(begin, end, 100));
    expect(found).toHaveLength(2);
  });

  test.for([
    ["Europe/Berlin", "2026-03-28", "2026-10-24"],
    ["America/New_York", "2026-03-07", "2026-10-31"],
    ["America/Santiago", "2026-04-04", "2026-09-05"],
    ["Asia/Beirut", "2026-03-28", "2026-10-24"],
    ["Australia/Lord_Howe", "2026-04-04", "2026-10-03"],
  ] as const)("what repeats keeps its distance: %s", ([timezone, ...days]) => {
    for (const day of days) {
      const begin = at(`${day}T00:30:00Z`);
      const count = (expression: string): readonly number[] =>
        cron.parse(expression, timezone).between(begin, begin + 2 * DAY, 1000);
      const found = count("*/30 * * * *");
      expect(found).toHaveLength(96);
      expect(found.every((time, index) => time === begin + (index + 1) * 1_800_000)).toBe(true);
      if (timezone !== "Australia/Lord_Howe") expect(count("15 * * * *")).toHaveLength(48);
    }
  });

  test("what repeats within the day takes the clock as it is", () => {
    const night = ["Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T03:00:00Z"] as const;
    expect(times("0 */2 * * *", ...night).map((time) => time.slice(11, 16))).toEqual([
      "00:00",
      "01:00",
      "03:00",
    ]);
    expect(times("0 2 * * *", ...night).map((time) => time.slice(11, 16))).toEqual(["00:00"]);
  });
});

test.for<readonly [string, string, string]>([
  [
    "*/90 * * * *",
    '"*/90" is a step of 90 minutes, but minutes are counted within an hour: only the first of them would be left',
    'Use a trigger each for "0 0,3,6,9,12,15,18,21 * * *" and "30 1,4,7,10,13,16,19,22 * * *".',
  ],
  [
    "30 */120 * * * 1-5",
    '"*/120" is a step of 120 minutes, but minutes are counted within an hour: only the first of them would be left',
    'Write "30 0 0,2,4,6,8,10,12,14,16,18,20,22 * * 1-5".',
  ],
  [
    "0-30/70 9 * * *",
    '"0-30/70" is a step of 70 minutes, but minutes are counted within an hour: only the first of them would be left',
    'Give a step of 60 at most, or name the minutes themselves, with their hours, such as "0 0,7,14,21 * * *".',
  ],
  [
    "0 */36 * * *",
    '"*/36" is a step of 36 hours, but hours are counted within a day: only the first of them would be left',
    "Give a step of 24 at most, or name the hours themselves.",
  ],
])("%s is a step that is larger than its field, and is refused", ([expression, message, fix]) => {
  expect(cron.problems(expression)).toEqual([{ message, fix }]);
});

test.for(["*/60 * * * *", "0 */24 * * *", "0 0 */31 * *", "0 0 1 */12 *", "*/45 * * * *"])(
  "%s is no larger than its field",
  (expression) => {
    expect(cron.problems(expression)).toEqual([]);
  },
);

test.for<readonly [string, readonly string[]]>([
  ["*/5 9-17 * * mon-fri", []],
  ["@daily", []],
  ["61 25 * * *", ['"61" is not possible for the minute', '"25" is not possible for the hour']],
  ["often", ["the cron expression has 1 field, and needs five, or six with seconds first"]],
])("the problems of %j", ([expression, expected]) => {
  expect(cron.problems(expression).map(({ message }) => message)).toEqual(expected);
});
