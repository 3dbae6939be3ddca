import fc from "fast-check";
import type { Json } from "../../../src/shared/json.ts";

/** The value of the secret that is planted; it may come out nowhere. */
export const CANARY = "canary-7c1e93b0d4f2-secret";

const ODD_TEXTS = [
  "",
  " ",
  "\u0000",
  "\ud800",
  "\udc00a",
  "a\u202eb",
  "\u200b",
  "\ufeff",
  "\u2028",
  "\r\n",
  "e\u0301",
  "İ",
  "ß",
  "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "👩‍👩‍👧",
  "<!channel>",
  "<@U0BOB>",
  "<https://example.org|click>",
  "`*_~>&<",
  "{{variables.x}}",
  "{{secrets.CANARY}}",
  "{{",
  "}}",
  "{{{{a}}}}",
  "${1}",
  "$&",
  "$'",
  "%00",
  "%ff",
  "%",
  "../..",
  "/",
  "?",
  "#",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "then",
  "length",
  "0",
  "-0",
  "1e400",
  "NaN",
  "Infinity",
  "9007199254740993",
  "0x10",
  "true",
  "null",
  "undefined",
  "'; drop table runs; --",
  "2026-02-31T25:61:00Z",
  "9999999999999999-01-01",
  "10 s",
  "-1s",
  "U0ALICE",
  "C0GENERAL",
  "@finance",
  "#general",
  "end",
  "default",
  "=1+1",
  "(a+)+$",
  "[",
  "\\",
  '"',
  "'",
  "x".repeat(76),
  "x".repeat(256),
  "é".repeat(3001),
  "<".repeat(3000),
  "😀".repeat(2000),
];

/** Text that programs stumble over: empty, huge, half characters, names of Object's own members, syntax of other languages. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...ODD_TEXTS), fc.constantFrom(...ODD_TEXTS))
      .map(([one, other]) => one + other),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("a", "(", "[", "{", "<", "\\", "é", " ", "{{", '"'), fc.nat(20_000))
      .map(([text, times]) => text.repeat(times)),
  },
);

const oddNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, -1, 1, 2, 0.1, -0.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e21, 1e308),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const ODD_VALUES: readonly Json[] = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  [{}],
  { "": "" },
  JSON.parse('{"__proto__": {"polluted": true}}'),
  JSON.parse('{"constructor": {"prototype": {"polluted": true}}}'),
  { toString: null, valueOf: 1, toJSON: "x" },
  JSON.parse('{"length": -1, "then": "x"}'),
  nested(40),
  nested(400),
  Array.from({ length: 300 }, (_, index) => index),
  Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index])),
];

function nested(depth: number): Json {
  let value: Json = "deep";
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Any JSON value, mostly one that a program may not expect. */
export const oddJson: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD_VALUES) },
  { weight: 4, arbitrary: oddText },
  { weight: 3, arbitrary: oddNumber },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json> },
);

/** Keys of objects. */
export const oddKey: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "", "id", "type", "0", "then", "length"),
  oddText,
);
