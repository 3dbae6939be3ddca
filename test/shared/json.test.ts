import { describe, expect, test } from "vitest";
import { isDeeper, type Json, readNumber } from "../../src/shared/json.ts";

describe("how deep data is nested", () => {
  test.each([
    ["x", 0, false],
    [null, 0, false],
    [[], 0, true],
    [{}, 1, false],
    [[1, { a: 2 }], 1, true],
    [[1, { a: 2 }], 2, false],
    [{ a: { b: [] } }, 2, true],
    [{ a: { b: [] } }, 3, false],
  ])("%j is deeper than %d: %s", (value, levels, deeper) => {
    expect(isDeeper(value, levels)).toBe(deeper);
  });

  test("data that is nested a million levels deep does not exhaust the stack", () => {
    let value: Json = 1;
    for (let level = 0; level < 1_000_000; level += 1) value = [value];

    expect(isDeeper(value, 100)).toBe(true);
  });
});

test.each([
  [{ at: 5 }, 5],
  [{ at: 0 }, 0],
  [{ at: "5" }, null],
  [{}, null],
  [null, null],
  ["text", null],
])("the number “at” of %j is %s", (value, number) => {
  expect(readNumber(value, "at")).toBe(number);
});

test("an inherited property is not read", () => {
  expect(readNumber([], "length")).toBe(0);
  expect(readNumber(Object.create({ at: 5 }), "at")).toBeNull();
});
