import { expect, expectTypeOf, test } from "vitest";
import { omitUndefined } from "../../src/shared/omit-undefined.ts";

test("members that are undefined are left out, every other value stays", () => {
  const result = omitUndefined({ a: undefined, b: null, c: 0, d: "", e: false });

  expect(Object.entries(result)).toEqual([
    ["b", null],
    ["c", 0],
    ["d", ""],
    ["e", false],
  ]);
});

test("the object itself is not changed, and nested objects are not touched", () => {
  const given = { a: undefined, inner: { b: undefined } };
  const result = omitUndefined(given);

  expect(Object.keys(given)).toEqual(["a", "inner"]);
  expect(result.inner).toBe(given.inner);
});

test("a member called __proto__ is data", () => {
  const given: Record<string, number | undefined> = JSON.parse('{"__proto__": 1}');

  expect(Object.entries(omitUndefined(given))).toEqual([["__proto__", 1]]);
});

test("the type makes optional what may be undefined", () => {
  const given: { a: string; b: number | undefined } = { a: "x", b: undefined };
  const result = omitUndefined(given);

  expectTypeOf(result.a).toEqualTypeOf<string>();
  expectTypeOf<{ a: string }>().toExtend<typeof result>();
});
