import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../../src/shared/errors.ts";
import { beginningOf, shorten } from "../../src/shared/shorten.ts";

test("a text that fits stays as it is, and a longer one ends in an ellipsis within the limit", () => {
  expect(shorten("abcd", 4)).toBe("abcd");
  expect(shorten("abcde", 4)).toBe("abc…");
  expect(beginningOf("abcde", 4)).toBe("abcd");
});

test("no character is cut in half", () => {
  expect(shorten("ab😀cd", 4)).toBe("ab…");
  expect(beginningOf("ab😀", 3)).toBe("ab");
  expect(beginningOf("ab😀", 4)).toBe("ab😀");
});

test("what is left of any text of whole characters has whole characters, and fits", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.integer({ min: 1, max: 30 }),
      (text, limit) => {
        for (const cut of [shorten(text, limit), beginningOf(text, limit)]) {
          expect(cut.isWellFormed()).toBe(true);
          expect(cut.length).toBeLessThanOrEqual(limit);
        }
      },
    ),
  );
});

test("an error never holds half a character, wherever a value was cut in its message", () => {
  const name = `${"a".repeat(59)}😀`;
  const error = new AppError({ code: "input_invalid", message: `"${name.slice(0, 60)}" is odd` });
  expect(error.message.isWellFormed()).toBe(true);
});
