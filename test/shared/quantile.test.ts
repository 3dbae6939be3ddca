import { expect, test } from "vitest";
import { quantile } from "../../src/shared/quantile.ts";

const TEN = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

test.each([
  [TEN, 0.5, 5],
  [TEN, 0.9, 9],
  [TEN, 0.95, 10],
  [TEN, 1, 10],
  [TEN, 0, 1],
  [[7], 0.5, 7],
  [[], 0.5, 0],
])("of %j the quantile %d is %d", (sorted, share, value) => {
  expect(quantile(sorted, share)).toBe(value);
});
