import { describe, expect, test } from "vitest";
import type { AnswerFormat } from "../../../src/engine/ai/envelope.ts";
import { parseAnswer } from "../../../src/engine/ai/parse-answer.ts";
import type { Json } from "../../../src/shared/json.ts";

const FREE: AnswerFormat = { kind: "json" };
const NUMBER: AnswerFormat = { kind: "number" };
const ORDER: AnswerFormat = {
  kind: "json",
  schema: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
};
const LARGE = "12345678901234567890";

function read(text: string, format: AnswerFormat): Json {
  const answer = parseAnswer(text, format);
  return answer.ok ? answer.value : answer.complaint;
}

describe("JSON of a model", () => {
  test.each<[string, Json]>([
    [`{"id": ${LARGE}}`, { id: LARGE }],
    ['{"id": 9007199254740993}', { id: "9007199254740993" }],
    ['{"id": -9007199254740993}', { id: "-9007199254740993" }],
    ['{"id": 9007199254740991}', { id: 9007199254740991 }],
    ["[0.12345678901234567890123]", ["0.12345678901234567890123"]],
    ["[0.30000000000000004]", [0.30000000000000004]],
    ["[1e400, -1e400, 1e-400]", ["1e400", "-1e400", "1e-400"]],
    ["[1e3, 1.50, 10.0]", [1000, 1.5, 10]],
    ['{"a": -0}', { a: 0 }],
    [`\`\`\`json\n{"a": [{"id": ${LARGE}}]}\n\`\`\``, { a: [{ id: LARGE }] }],
    [`The order is {"id": ${LARGE}}.`, { id: LARGE }],
    [`{"id": "${LARGE}"}`, { id: LARGE }],
    ['{"a": "\\ud83d\\ude00"}', { a: "😀" }],
    ['{"__proto__": 1e400}', JSON.parse('{"__proto__": "1e400"}')],
    ['{"constructor": 1}', { constructor: 1 }],
  ])("keeps every digit: %s", (text, value) => {
    expect(read(text, FREE)).toEqual(value);
  });

  test.each([
    '{"a": 1, "a": 2}',
    '{"a": {"b": 1, "\\u0062": 2}}',
    '{"value": "x", "value": "y"}',
    '{"a": {"b": 1}, "a": {"c": 2}}',
    'I say {"a": 1, "a": {"b": 2}}.',
    '{"a": "\\ud83d"}',
    '{"\\udc00": 1}',
    `${"[".repeat(101)}${"]".repeat(101)}`,
  ])("is asked for again where a part of it would be lost: %s", (text) => {
    expect(parseAnswer(text, FREE).ok).toBe(false);
  });

  test("does not fit a schema that wants a number where it has too many digits", () => {
    expect(read(`{"id": ${LARGE}}`, ORDER)).toMatch(/id/);
    expect(parseAnswer(`{"id": ${LARGE}}`, ORDER).ok).toBe(false);
  });
});

describe("JSON of a model that has a mistake or a second thought", () => {
  test.each([
    '{"total": 5, "items": [{"b": 2}],}',
    "{'a': {\"b\": 1}}",
    '{a: {"b": 1}}',
    '{"a": 1 // note\n, "b": {"c": 2}}',
    '{"a": "x\ny", "b": {"c": 1}}',
    '{"a": NaN, "b": [1]}',
    '{"a": 1} Wait, a is 2.',
  ])("is asked for again, and no part of it taken for the whole: %j", (text) => {
    expect(parseAnswer(text, FREE)).toMatchObject({ ok: false });
  });

  test("is read where braces stand around it without being JSON", () => {
    expect(read('{{"a": 1}}', FREE)).toEqual({ a: 1 });
    expect(read('[as asked: {"a": 1}]', FREE)).toEqual({ a: 1 });
  });
});

describe("a number of a model", () => {
  test.each([
    LARGE,
    "9007199254740993",
    "-9007199254740993",
    "0.12345678901234567890123",
    "1e400",
    "1e-400",
    "9,007,199,254,740,993.5",
    `{"value": ${LARGE}}`,
    '{"value": 1e400}',
    `{"value": "${LARGE}"}`,
  ])("is asked for again where it has more digits than are kept: %s", (text) => {
    expect(parseAnswer(text, NUMBER).ok).toBe(false);
  });

  test.each([
    ["9007199254740991", 9007199254740991],
    ['{"value": 0.30000000000000004}', 0.30000000000000004],
    ['{"value": -0}', 0],
    ["$1,200.50", 1200.5],
  ])("is read where it has not: %s", (text, value) => {
    expect(read(text, NUMBER)).toBe(value);
  });
});
