import fc from "fast-check";
import { expect, test } from "vitest";
import { didYouMean, editDistance, nearest } from "../../src/shared/did-you-mean.ts";

test.for([
  ["amuont", ["item", "amount"], "amount"],
  ["Amount", ["item", "amount"], "amount"],
  ["expense-aproval", ["ticket-triage", "expense-approval"], "expense-approval"],
  ["abcdef", ["uvwxyz"], null],
  ["a", ["b"], "b"],
  ["", ["b"], null],
  ["x".repeat(81), ["x".repeat(81)], null],
  ["cat", ["hat", "cut"], "hat"],
  ["same", [], null],
] as const)("for %s among %j it is %s", ([name, names, expected]) => {
  expect(nearest(name, names)).toBe(expected);
});

test("didYouMean is a sentence or nothing", () => {
  expect(didYouMean("amuont", ["amount"])).toBe(' Did you mean "amount"?');
  expect(didYouMean("zzz", ["amount"])).toBe("");
});

test.for([
  ["", "", 0],
  ["", "abc", 3],
  ["abc", "abc", 0],
  ["abc", "acb", 1],
  ["kitten", "sitting", 3],
] as const)("%s and %s are %i apart", ([a, b, distance]) => {
  expect(editDistance(a, b)).toBe(distance);
});

test("distance is symmetric, zero for equals alone, and at most the longer length", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    }),
  );
});
