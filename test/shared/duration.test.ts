import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Duration,
  formatDuration,
  MAX_DURATION_MS,
  parseDuration,
} from "../../src/shared/duration.ts";

describe("parseDuration", () => {
  test.for([
    [0, 0],
    [1500, 1500],
    [1.6, 2],
    ["300ms", 300],
    ["5s", 5000],
    ["1.5h", 5_400_000],
    ["10m", 600_000],
    ["2 h", 7_200_000],
    [" 30d ", 2_592_000_000],
    ["3650d", MAX_DURATION_MS],
  ] as const)("reads %j as %i ms", ([value, ms]) => {
    expect(parseDuration(value)).toBe(ms);
  });

  test.for([
    "",
    "5",
    "s",
    "-5s",
    "5 minutes",
    "1e3s",
    "5s 3ms",
    "3651d",
    "99999999999999999d",
    "0x10s",
    "٣s",
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    MAX_DURATION_MS + 1,
    null,
    undefined,
    true,
    {},
    [],
  ])("refuses %j", (value) => {
    expect(parseDuration(value)).toBeNull();
  });
});

test("Duration says which forms there are", () => {
  const result = Duration.safeParse("soon");
  expect(result.error?.issues[0]?.message).toBe(
    "must be a number of milliseconds, or a number with a unit: 300ms, 5s, 10m, 2h, 30d (at most 3650d)",
  );
  expect(Duration.parse("2s")).toBe(2000);
});

describe("formatDuration", () => {
  test.for([
    [0, "0 ms"],
    [999, "999 ms"],
    [1000, "1 s"],
    [1449, "1.4 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min"],
    [125_000, "2 min 5 s"],
    [3_599_900, "1 h"],
    [7_500_000, "2 h 5 min"],
    [86_399_999, "1 d"],
    [259_200_000, "3 d"],
    [266_400_000, "3 d 2 h"],
  ] as const)("says %i as %s", ([ms, text]) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("never says 60 of a unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_DURATION_MS }), (ms) => {
        expect(formatDuration(ms)).not.toMatch(/\b60 (s|min)|\b24 h/);
      }),
    );
  });
});
