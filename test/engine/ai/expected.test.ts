import { expect, test } from "vitest";
import { fitsExpected } from "../../../src/engine/ai/expected.ts";
import { describeActual, describeExpected } from "../../../src/engine/evaluation/figures.ts";
import type { Json } from "../../../src/shared/json.ts";

test.for<[Json, Json, boolean]>([
  ["billing", "billing", true],
  ["billing", "technical", false],
  [true, true, true],
  ["P1", { oneOf: ["P1", "P2"] }, true],
  ["P3", { oneOf: ["P1", "P2"] }, false],
  [4, { from: 4, to: 5 }, true],
  [3, { from: 4, to: 5 }, false],
  [9, { from: 4 }, true],
  ["4", { from: 4 }, false],
  ["Thank you, we RECEIVED it.", { contains: ["received"], lacks: ["refund"] }, true],
  ["We received it and refund you.", { contains: ["received"], lacks: ["refund"] }, false],
  ["Thank you.", { containsAny: ["received", "thank"] }, true],
  ["Hello.", { containsAny: ["received", "thank"] }, false],
  ["much too long", { maxLength: 5 }, false],
  ["😀😀😀", { maxLength: 3 }, true],
  ["😀😀😀", { maxLength: 2 }, false],
  [7, { contains: "7" }, false],
  [{ action: "reject", reason: "spam" }, { action: "reject" }, true],
  [{ action: "flag" }, { action: { oneOf: ["flag", "reject"] } }, true],
  [{ action: "approve" }, { action: "reject" }, false],
  [{ reason: "x" }, { action: null }, false],
  ["reject", { action: "reject" }, false],
  [["a"], ["a"], true],
])("%j against the label %j: %s", ([actual, label, fits]) => {
  expect(fitsExpected(actual, label)).toBe(fits);
});

test.for<[Json, Json, string, string]>([
  ["billing", "technical", "technical", "billing"],
  [3, { from: 4, to: 5 }, "4–5", "3"],
  ["P3", { oneOf: ["P1", "P2"] }, "P1 or P2", "P3"],
  ["Hello.", { contains: ["thank"] }, "as wanted", "not as wanted"],
  [{ action: "flag", reason: "x" }, { action: "reject" }, "reject", "flag"],
  [{ a: 1, b: 2, c: 3 }, { a: 1, b: 3 }, "a 1, b 3", "a 1, b 2"],
  ["x".repeat(60), "y", "y", `${"x".repeat(39)}…`],
])("%j against %j stands in the table as %s and %s", ([actual, label, row, column]) => {
  expect(describeExpected(label)).toBe(row);
  expect(describeActual(actual, label)).toBe(column);
});
