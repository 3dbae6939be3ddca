import { getTasks } from "node-cron";
import { describe, expect, test } from "vitest";
import { createCron } from "../../src/adapters/node-cron.ts";

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

test.for<readonly [string, readonly string[]]>([
  ["*/5 9-17 * * mon-fri", []],
  ["@daily", []],
  ["61 25 * * *", ['"61" is not possible for the minute', '"25" is not possible for the hour']],
  ["often", ["the cron expression cannot be read: expected 5 or 6 fields but got 1"]],
])("the problems of %j", ([expression, expected]) => {
  expect(cron.problems(expression)).toEqual(expected);
});
