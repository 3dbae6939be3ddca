import { expect, test } from "vitest";
import { formatDollars, NANO_PER_DOLLAR, toDollars, toNano } from "../../src/shared/money.ts";

test("dollars become whole nano-dollars", () => {
  expect(toNano(1)).toBe(NANO_PER_DOLLAR);
  expect(toNano(0.1 + 0.2)).toBe(300_000_000);
  expect(toNano(0.000_000_000_4)).toBe(0);
  expect(toNano(0.000_000_000_5)).toBe(1);
});

test("nano-dollars become dollars and back again", () => {
  for (const nano of [0, 1, 31_200_000, 12_345_678_901]) expect(toNano(toDollars(nano))).toBe(nano);
});

test.each([
  [0, "$0.0000"],
  [31_200_000, "$0.0312"],
  [49_999, "$0.0000"],
  [50_001, "$0.0001"],
  [12_345_678_901, "$12.3457"],
])("%d nano-dollars read as %s", (nano, text) => {
  expect(formatDollars(nano)).toBe(text);
});
