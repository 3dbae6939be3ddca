import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findJsonMistake } from "../../src/shared/json-syntax.ts";
import { parseJsonBody } from "../../src/shared/parse-json.ts";

describe("the place of a mistake in JSON", () => {
  test.for([
    ["", 0, "a value"],
    ['{"a": 1,}', 8, "a name in double quotes"],
    ['{"a": x}', 6, "a value"],
    ["{'a': 1}", 1, "a name in double quotes or “}”"],
    ['{"a" 1}', 5, "“:”"],
    ["[1 2]", 3, "“,” or “]”"],
    ["[1,2", 4, "“,” or “]”"],
    ["[1,]", 3, "a value"],
    ['{"a":1} z', 8, "the end of the text"],
    ['{"a": 00}', 7, "“,” or “}”"],
    ["nul", 0, "a value"],
    ['"a', 2, "the closing quote of a string"],
    ['"a\nb"', 2, "no raw line break or control character inside a string (write \\n)"],
  ] as const)("%j is wrong at %d", ([text, offset, expected]) => {
    expect(findJsonMistake(text)).toEqual({ offset, expected });
  });

  test("nothing is found in JSON, and something in everything else, as JSON.parse says", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      '"a"',
      "1",
      "-",
      "0.",
      "e5",
      "true",
      "nul",
      " ",
      "\n",
      "\\",
      "\\u00",
      "\t",
    );
    const text = fc.oneof(
      fc.json(),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        expect(findJsonMistake(candidate) === null).toBe(isJson(candidate));
      }),
      { numRuns: 2000 },
    );
  });

  test("a long body is read in one pass", () => {
    const text = `[${'{"a":[1,2,{"b":"c"}]},'.repeat(40_000)}`;
    expect(findJsonMistake(text)).toEqual({ offset: text.length, expected: "a value" });
  });
});

describe("a body as JSON", () => {
  test.for([
    [
      '{\n  "a": 1,\n  b: 2\n}',
      /line 3, column 3 there is “b” where a name in double quotes should be/,
    ],
    ['{"a": "x\u0007"}', /line 1, column 9 there is the character U\+0007/],
    ['{"a": 1', /line 1, column 8 the text ends where “,” or “}” should be/],
    ['{"a": 1e999}', /too large/],
    [`${"[".repeat(101)}${"]".repeat(101)}`, /nested more than 100 levels/],
    ["[".repeat(500_000), /line 1, column 500001 the text ends/],
  ] as const)("%j is refused with its place", ([text, message]) => {
    expect(() => parseJsonBody(Buffer.from(text))).toThrow(message);
  });

  test("bytes that are no UTF-8 are refused, and a byte order mark is not in the way", () => {
    expect(() => parseJsonBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/not UTF-8/);
    expect(parseJsonBody(Buffer.from("\ufeff[1]"))).toEqual([1]);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
