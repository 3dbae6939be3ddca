import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isExactNumber } from "../../src/shared/exact-number.ts";
import { formatPath } from "../../src/shared/format-path.ts";
import { parseJsonBody } from "../../src/shared/parse-json.ts";
import { readJson, readJsonOrText } from "../../src/shared/read-json.ts";
import { cpuTime } from "../support/cpu-time.ts";

describe("a number", () => {
  test.each([
    "0",
    "-0.0",
    "0.1",
    "0.10",
    "1200.50",
    "1e3",
    "1E+3",
    "-1.5e-7",
    "9007199254740991",
    "-9007199254740991",
    "9007199254740991.0",
    "4111111111111111",
    "0.30000000000000004",
    "2.2250738585072014e-308",
    "5e-324",
    "0e999",
    "100000e-5",
    "123456789012345.6",
    "+5",
    ".5",
  ])("%s is kept", (literal) => {
    expect(isExactNumber(literal)).toBe(true);
  });

  test.each([
    "9007199254740992",
    "9007199254740993",
    "-9007199254740993",
    "12345678901234567890",
    "9007199254740993.0",
    "900719925474099.25",
    "1e16",
    "1e400",
    "-1e400",
    "1e-400",
    "0.12345678901234567890123",
    "0.1000000000000000055511151231257827",
    "33.333333333333333333",
    "1.00000000000000001",
    "3e-324",
    "0.00000000000000000000000000000000000000000012345678901234567",
    "1e99999999999999999999",
    "1e-99999999999999999999",
    `0.${"0".repeat(100_000)}1`,
    "9".repeat(100_000),
  ])("%.40s… is not", (literal) => {
    expect(isExactNumber(literal)).toBe(false);
  });

  test("that a program wrote from a double is kept", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), (number) => {
        expect(isExactNumber(JSON.stringify(number))).toBe(true);
      }),
    );
  });

  test("of many zeros takes no longer than its length", () => {
    const tookMs = cpuTime(() => isExactNumber(`1.${"0".repeat(1_000_000)}1`));
    expect(tookMs).toBeLessThan(500);
  });
});

describe("JSON is refused", () => {
  test.each([
    ["12345678901234567890", ["", "number"]],
    ['{"id": 9007199254740993}', ["id", "number"]],
    [
      '{"order": {"lines": [{"sku": 1}, {"sku": 98765432109876543210}]}}',
      ["order.lines[1].sku", "number"],
    ],
    ["[1, 2, 0.12345678901234567890123]", ["[2]", "number"]],
    ['{"a b": 1e400}', ['["a b"]', "number"]],
    ['{"tiny": 1e-400}', ["tiny", "number"]],
    ['{"__proto__": 12345678901234567890}', ["__proto__", "number"]],
    ['{"a": 1, "a": 2}', ["a", "more than once"]],
    ['{"a": 1, "\\u0061": 2}', ["a", "more than once"]],
    ['{"x": [{"id": 1, "name": "n", "id": 1}]}', ["x[0].id", "more than once"]],
    ['{"a": {"b": 1}, "c": {"b": 1}, "a": {}}', ["a", "more than once"]],
    ['{"": 1, "": 2}', ['[""]', "more than once"]],
    ['{"__proto__": 1, "__proto__": 2}', ["__proto__", "more than once"]],
    ['{"a": "x:\\"y\\": {", "1": 0, "1": 0}', ['["1"]', "more than once"]],
    ['{"text": "\\ud83d"}', ["text", "half a character"]],
    ['["\\ude00\\ud83d"]', ["[0]", "half a character"]],
    ['{"\\udc00": 1}', ['["\\udc00"]', "half a character"]],
    [`${"[".repeat(101)}${"]".repeat(101)}`, ["[0][0][0]", "nested"]],
    [`${'{"a":'.repeat(101)}1${"}".repeat(101)}`, ["a.a.a", "nested"]],
    [`${"[".repeat(500_000)}1e400${"]".repeat(500_000)}`, ["[0][0][0]", "nested"]],
  ] as const)("%.60s", (text, [path, message]) => {
    const { faults } = readJson(text, "refuse");

    expect(faults).toHaveLength(1);
    const [fault] = faults;
    expect(formatPath(fault?.path ?? [])).toBe(path);
    expect(fault?.message).toContain(message);
  });

  test("with each of its faults, up to twenty", () => {
    const many = Array.from({ length: 30 }, () => "1e400");

    expect(readJson('{"a": 1e400, "b": "\\ud83d", "c": 1, "c": 1}', "refuse").faults).toHaveLength(
      3,
    );
    expect(readJson(`[${many.join(",")}]`, "refuse").faults).toHaveLength(20);
  });

  test("as a body with a message that says where and what to send", () => {
    const body = Buffer.from('{"order": {"id": 12345678901234567890, "no": 1e99}}');

    expect(() => parseJsonBody(body)).toThrow(
      expect.objectContaining({
        code: "json_malformed",
        message:
          'The body cannot be taken as it is: order.id: this number is too large or has more digits than are kept exactly. Send it as text, in quotes, such as "12345678901234567890". (and 1 more)',
        details: {
          problems: [
            expect.objectContaining({ path: "order.id" }),
            expect.objectContaining({ path: "order.no" }),
          ],
        },
      }),
    );
  });
});

describe("JSON is read", () => {
  test.each([
    ["-0", 0],
    ['{"a": [-0.0, -0, 1]}', { a: [0, 0, 1] }],
    ['{"total": 1200.50, "at": "2026-01-05"}', { total: 1200.5, at: "2026-01-05" }],
    ['"12345678901234567890"', "12345678901234567890"],
    ['{"a": "\\ud83d\\ude00", "😀": 1}', { a: "😀", "😀": 1 }],
    ['{"a": {"a": {"a": 1}}}', { a: { a: { a: 1 } } }],
    ['{"a": "\\"b\\": 1, \\\\", "b": ":"}', { a: '"b": 1, \\', b: ":" }],
    ['{"constructor": 1, "toString": 2}', { constructor: 1, toString: 2 }],
    [`${"[".repeat(100)}${"]".repeat(100)}`, expect.any(Array)],
  ])("%.60s", (text, value) => {
    const reading = readJson(text, "refuse");

    expect(reading.faults).toEqual([]);
    expect(reading.value).toEqual(value);
  });

  test("as JSON.parse reads it, whatever it is", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { value, faults } = readJson(text, "text");
        if (faults.length === 0 && !/\d[eE.]|\d{16}|-0/.test(text))
          expect(value).toEqual(JSON.parse(text));
      }),
    );
  });

  test("with __proto__ as a name like any other", () => {
    const { value } = readJson('{"__proto__": {"a": 1e400}}', "text");

    expect(Object.entries(value ?? {})).toEqual([["__proto__", { a: "1e400" }]]);
    expect(Reflect.get({}, "a")).toBeUndefined();
  });

  test.each([
    ['{"id": 12345678901234567890, "n": 5}', { id: "12345678901234567890", n: 5 }],
    [
      "[0.12345678901234567890123, -9007199254740993]",
      ["0.12345678901234567890123", "-9007199254740993"],
    ],
    ["1E400", "1E400"],
    ['{"a": 1, "a": 2}', '{"a": 1, "a": 2}'],
    ['{"a": "\\ud83d"}', '{"a": "\\ud83d"}'],
    ["not JSON", "not JSON"],
    [`${"[".repeat(101)}${"]".repeat(101)}`, `${"[".repeat(101)}${"]".repeat(101)}`],
  ])("%.60s keeping as text what would be altered", (text, value) => {
    expect(readJsonOrText(text)).toEqual(value);
  });

  test.each([
    [
      "of many members",
      JSON.stringify(
        Array.from({ length: 9000 }, (_, id) => ({
          id,
          amount: id * 1.25,
          tags: ["x", `2026-${id}`],
          none: null,
        })),
      ),
    ],
    [
      "of many large numbers",
      `[${Array.from({ length: 50_000 }, () => "12345678901234567890").join()}]`,
    ],
    [
      "with a name twice among many",
      `{${Array.from({ length: 60_000 }, (_, at) => `"name-${at}":1`).join()},"name-7":1}`,
    ],
    ["of one long text", `"${"\\n".repeat(500_000)}"`],
  ])("quickly: a megabyte %s", (_what, text) => {
    expect(cpuTime(() => readJson(text, "refuse"))).toBeLessThan(2500);
  });
});
