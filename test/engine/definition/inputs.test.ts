import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  resolveEdits,
  resolveInputs,
  type VariableForm,
} from "../../../src/engine/definition/inputs.ts";
import { INPUT_TYPES, InputDefinition } from "../../../src/engine/definition/schema.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";

const NOTHING = Symbol("not given");

function one(input: object, given: Json | typeof NOTHING, form: VariableForm): Json {
  const inputs = { x: InputDefinition.parse(input) };
  const { variables, problems } = resolveInputs(
    { inputs },
    given === NOTHING ? {} : { x: given },
    form,
  );
  return problems.length === 0
    ? (variables["x"] ?? null)
    : problems.map(({ path, message, fix }) => `${path}: ${message}. ${fix}`).join("\n");
}

describe("text is converted by type", () => {
  test.for([
    [{ type: "string" }, " a b ", " a b "],
    [{ type: "number" }, " 640.50 ", 640.5],
    [{ type: "number" }, "-.5", -0.5],
    [{ type: "integer" }, "12", 12],
    [{ type: "boolean" }, "Yes", true],
    [{ type: "boolean" }, "off", false],
    [{ type: "date" }, "2024-02-29", "2024-02-29"],
    [{ type: "select", options: ["Low", "High"] }, "high", "High"],
    [{ type: "multi-select", options: ["a", "b", "c"] }, "c, A,c,", ["c", "a"]],
    [{ type: "select", options: ["Café"] }, "Cafe\u0301", "Café"],
    [{ type: "select", options: ["CAFE\u0301"] }, "café", "CAFE\u0301"],
    [{ type: "multi-select", options: ["Café", "Tee"] }, "tee, cafe\u0301", ["Tee", "Café"]],
    [{ type: "user" }, "<@U1|bob>", "U1"],
    [{ type: "user" }, "U0BOB", "U0BOB"],
    [{ type: "channel" }, "<#C1|general>", "C1"],
    [{ type: "channel" }, "#general", "#general"],
    [{ type: "email" }, "<mailto:a@b.example|a@b.example>", "a@b.example"],
    [{ type: "url" }, "<https://a.example/x?y=1|a.example>", "https://a.example/x?y=1"],
    [{ type: "file" }, "F012", "F012"],
    [{ type: "number", default: 5 }, "", 5],
    [{ type: "string" }, "", null],
    [{ type: "string" }, NOTHING, null],
    [{ type: "string", default: "d" }, NOTHING, "d"],
    [{ type: "multi-select", options: ["a"] }, ["a"], ["a"]],
    [{ type: "multi-select", options: ["Café"] }, ["Cafe\u0301"], ["Café"]],
  ] as const)("%j: %j becomes %j", ([input, given, value]) => {
    expect(one(input, given as Json, "text")).toEqual(value);
  });

  test.for([
    [
      { type: "number" },
      "1,200",
      'x: "1,200" is not a number. Write 1200 or 1.200, whichever is meant.',
    ],
    [{ type: "number" }, "12 €", 'x: "12 €" is not a number. Write 12.'],
    [{ type: "number" }, "Infinity", "is not a number"],
    [{ type: "integer" }, "1.5", "is not a whole number. Write digits alone"],
    [{ type: "integer" }, "9007199254740993", "Numbers go up to 9007199254740991"],
    [{ type: "boolean" }, "maybe", 'x: "maybe" is not yes or no. Write true or false.'],
    [{ type: "date" }, "2023-02-29", "is not a date. Write it as YYYY-MM-DD"],
    [{ type: "date" }, "31.01.2026", "is not a date"],
    [
      { type: "select", options: ["low", "high"] },
      "hihg",
      'x: "hihg" is not one of the options. Choose one. The options are low, high. Did you mean "high"?',
    ],
    [{ type: "multi-select", options: ["a", "b"] }, "a,z", "is not a list of options"],
    [{ type: "user" }, "@bob", "is not a Slack user. Mention the person"],
    [{ type: "channel" }, "general", "is not a Slack channel"],
    [{ type: "email" }, "a@b", "is not an e-mail address"],
    [{ type: "email" }, "a@b.c, d@e.f", "is not an e-mail address"],
    [{ type: "url" }, "javascript:alert(1)", "is not a web address"],
    [{ type: "url" }, "example.com", "is not a web address"],
    [
      { type: "string", required: true, label: "Item" },
      " ",
      'x: Item is missing. Give a value for "x".',
    ],
    [{ type: "number", required: true }, NOTHING, 'x: "x" is missing.'],
    [{ type: "number", min: 1, max: 5 }, "0", "x: 0 is below 1. Give at least 1."],
    [{ type: "number", min: 1, max: 5 }, "6", "x: 6 is above 5. Give at most 5."],
    [
      { type: "string", max: 3 },
      "😀😀😀😀",
      "x: 4 characters is above 3 characters. Give at most 3 characters.",
    ],
    [{ type: "multi-select", options: ["a", "b"], min: 2 }, "a", "1 options is below 2 options"],
    [
      { type: "string", pattern: "^[A-Z]+$" },
      "abc",
      'x: "abc" does not have the expected form. It has to match ^[A-Z]+$.',
    ],
    [
      { type: "string", pattern: "^[A-Z]+$", description: "Capitals." },
      "abc",
      "expected form. Capitals.",
    ],
    [{ type: "number", sensitive: true }, "hunter2", "x: the value is not a number"],
    [
      { type: "string", sensitive: true, pattern: "^x$" },
      "hunter2",
      "x: the value does not have the expected form",
    ],
  ] as const)("%j: %j is refused", ([input, given, message]) => {
    const answer = one(input, given, "text");
    expect(answer).toContain(message);
    expect(answer).not.toContain("hunter2");
  });
});

describe("a number that people write in their own way is refused with the way to write it", () => {
  const PLAINLY = "Write digits alone, such as 1200.50.";
  test.for([
    ["1,200.50", "Write 1200.50."],
    ["1.200,50", "Write 1200.50."],
    ["1,5", "Write 1.5."],
    ["1,200", "Write 1200 or 1.200, whichever is meant."],
    ["1,234,567", "Write 1234567."],
    ["1.234.567", "Write 1234567."],
    ["1.234.567,89", "Write 1234567.89."],
    ["1 200", "Write 1200."],
    ["1\u00a0200,50", "Write 1200.50."],
    ["1'200.50", "Write 1200.50."],
    ["1_000", "Write 1000."],
    ["１２", "Write 12."],
    ["１，２００．５", "Write 1200.5."],
    ["1e3", "Write 1000."],
    ["−5", "Write -5."],
    ["12 USD", "Write 12."],
    ["$1,200.50", "Write 1200.50."],
    ["EUR 12", "Write 12."],
    ["0x10", PLAINLY],
    ["5k", PLAINLY],
    ["10%", PLAINLY],
    ["1/2", PLAINLY],
    ["1-2", PLAINLY],
    ["1,20,0", PLAINLY],
    ["1,2.3,4", PLAINLY],
    ["12 or 13", PLAINLY],
    ["१२", PLAINLY],
    ["--5", PLAINLY],
    ["1.", "Write 1."],
    [".", PLAINLY],
    ["NaN", PLAINLY],
    ["1e400", PLAINLY],
    ["12345678901234567890", "Numbers go up to 9007199254740991"],
    ["0.12345678901234567890", "It has more digits than are kept exactly"],
    ["9".repeat(5000), PLAINLY],
  ] as const)("%s", ([given, fix]) => {
    for (const form of ["text", "form"] as const) {
      const answer = one({ type: "number" }, given, form);
      expect(answer).toContain("is not a number");
      expect(answer).toContain(fix);
    }
  });

  test("with readings that the input takes alone", () => {
    expect(one({ type: "integer" }, "1,200", "text")).toContain("Write 1200.");
    expect(one({ type: "number", sensitive: true }, "1,200", "text")).not.toContain("1200 or");
    expect(one({ type: "number" }, "640", "json")).toContain("Send it without quotes: 640.");
  });
});

describe("fields of a form are converted by type", () => {
  test.for([
    [{ type: "number" }, "640.50", 640.5],
    [{ type: "number" }, "-0", 0],
    [{ type: "integer" }, " 12 ", 12],
    [{ type: "boolean" }, "on", true],
    [{ type: "string" }, " a ", " a "],
    [{ type: "multi-select", options: ["a", "b"] }, ["a", "b"], ["a", "b"]],
    [{ type: "multi-select", options: ["a", "b"] }, "b", ["b"]],
    [{ type: "multi-select", options: ["Red", "Blue"] }, ["blue", " Red", "BLUE"], ["Blue", "Red"]],
    [{ type: "number", default: 5 }, "", 5],
  ] as const)("%j: %j becomes %j", ([input, given, value]) => {
    expect(one(input, given as Json, "form")).toEqual(value);
  });

  test("which are given once where one value is wanted", () => {
    expect(one({ type: "string" }, ["1", "2"], "form")).toContain("is not text. Give it once.");
    expect(one({ type: "multi-select", options: ["a"] }, ["a", "x"], "form")).toContain(
      "Choose some, with commas between them. The options are a.",
    );
    expect(one({ type: "number" }, ["1", "2"], "form")).toBe(
      "x: the list is not a number. Give it once.",
    );
  });
});

describe("what is typed for a variable that a step wrote", () => {
  test.for([
    ["640", 640],
    ["true", true],
    ['{"a": [1]}', { a: [1] }],
    ["12345678901234567890", "12345678901234567890"],
    ['{"id": 12345678901234567890}', { id: "12345678901234567890" }],
    ['{"a": 1, "a": 2}', '{"a": 1, "a": 2}'],
    ["1e400", "1e400"],
    ["two words", "two words"],
  ] as const)("is JSON where nothing of it would be lost: %s", ([typed, value]) => {
    const { variables } = resolveEdits({ inputs: {} }, { x: 1 }, { x: typed }, "text");
    expect(variables).toEqual({ x: value });
  });
});

describe("JSON is taken strictly", () => {
  test.for([
    [{ type: "number" }, "640", 'x: "640" is not a number'],
    [{ type: "integer" }, 1.5, "x: 1.5 is not a whole number"],
    [{ type: "boolean" }, "true", "is not yes or no"],
    [{ type: "string" }, 5, "x: 5 is not text"],
    [{ type: "string" }, { a: 1 }, "x: an object is not text"],
    [{ type: "select", options: ["High"] }, "high", "is not one of the options"],
    [{ type: "multi-select", options: ["a"] }, "a", "is not a list of options"],
    [{ type: "multi-select", options: ["a"] }, ["a", 1], "x: the list is not a list of options"],
    [{ type: "date" }, 20260131, "is not a date"],
    [{ type: "string", required: true }, null, "is missing"],
  ] as const)("%j: %j is refused", ([input, given, message]) => {
    expect(one(input, given, "json")).toContain(message);
  });

  test.for([
    [{ type: "number" }, 640.5, 640.5],
    [{ type: "boolean" }, false, false],
    [{ type: "string" }, "", ""],
    [{ type: "user" }, "<@U1>", "U1"],
    [{ type: "string", default: "d" }, null, "d"],
    [{ type: "multi-select", options: ["a", "b"] }, ["b", "b"], ["b"]],
  ] as const)("%j: %j becomes %j", ([input, given, value]) => {
    expect(one(input, given, "json")).toEqual(value);
  });
});

describe("a file", () => {
  const given = (name: string, type: string, size = 1000): JsonObject => ({
    name,
    type,
    size,
    ref: `sha256:${"0".repeat(64)}`,
  });
  const PDF = given("a.pdf", "application/pdf");

  test.for<readonly [object, Json, Json]>([
    [{}, PDF, PDF],
    [{ accept: ["application/pdf"] }, PDF, PDF],
    [{ accept: ["image/*", ".PDF"] }, PDF, PDF],
    [
      { accept: ["text/csv"] },
      given("a", "text/csv; charset=utf-8"),
      given("a", "text/csv; charset=utf-8"),
    ],
    [{ maxSize: "1 kB" }, PDF, PDF],
    [{ maxSize: 1000 }, PDF, PDF],
    [
      { accept: ["image/*", ".csv"] },
      PDF,
      'x: the file "a.pdf" is of the type application/pdf. Give one of these: image/*, .csv.',
    ],
    [
      { accept: ["image/*"], sensitive: true },
      PDF,
      "x: the file is of the type application/pdf. Give one of these: image/*.",
    ],
    [
      { maxSize: "1.5 MB" },
      given("a.pdf", "application/pdf", 1_500_001),
      'x: the file "a.pdf" has 1.5 MB. Give a file of at most 1.5 MB.',
    ],
    [{}, "hello", expect.stringContaining('"hello" is not a file. Give the id of a Slack file')],
    [{}, [PDF], expect.stringContaining("the list is not a file")],
    [{}, { ...PDF, more: 1 }, expect.stringContaining("an object is not a file")],
    [{}, { ...PDF, ref: "sha256:0" }, expect.stringContaining("an object is not a file")],
    [{}, { ...PDF, type: "a/b\r\nX: y" }, expect.stringContaining("an object is not a file")],
  ])("that is %j is taken or refused: %j", ([input, value, expected]) => {
    for (const form of ["json", "form"] as const)
      expect(one({ type: "file", ...input }, value, form)).toEqual(
        form === "form" && Array.isArray(value)
          ? expect.stringContaining("Give it once")
          : expected,
      );
  });

  test.for([0, -1, "5 GB", "five", "1e9", "", null])("has no maxSize of %j", (maxSize) => {
    expect(InputDefinition.safeParse({ type: "file", maxSize }).success).toBe(false);
  });

  test.for(["pdf", "application", "*/*", "a/b; c=d", ""])("has no accept of %j", (one) => {
    expect(InputDefinition.safeParse({ type: "file", accept: [one] }).success).toBe(false);
  });
});

describe("names", () => {
  const inputs = {
    amount: InputDefinition.parse({ type: "number", required: true }),
    item: InputDefinition.parse({ type: "string" }),
  };

  test("without inputs every variable is open", () => {
    const given = { a: "1", b: [1] };
    expect(resolveInputs({}, given, "text")).toEqual({ variables: given, problems: [] });
  });

  test("undeclared names pass from JSON", () => {
    expect(resolveInputs({ inputs }, { amount: 1, other: { a: 1 } }, "json")).toEqual({
      variables: { amount: 1, item: null, other: { a: 1 } },
      problems: [],
    });
  });

  test("undeclared names are refused in text, with the nearest, and all problems come at once", () => {
    const { problems } = resolveInputs({ inputs }, { amuont: "1", zzz: "2" }, "text");
    expect(problems).toEqual([
      { path: "amount", message: '"amount" is missing', fix: 'Give a value for "amount".' },
      {
        path: "amuont",
        message: '"amuont" is not an input of this workflow',
        fix: 'Its inputs are amount, item. Did you mean "amount"?',
      },
      {
        path: "zzz",
        message: '"zzz" is not an input of this workflow',
        fix: "Its inputs are amount, item.",
      },
    ]);
  });

  test("__proto__ and constructor are names like others", () => {
    const given = JSON.parse('{"__proto__": {"a": 1}, "constructor": "c"}') as JsonObject;
    const { variables } = resolveInputs({}, given, "json");
    expect(JSON.stringify(variables)).toBe('{"__proto__":{"a":1},"constructor":"c"}');
    expect(Object.getPrototypeOf(variables)).toBe(Object.prototype);
    expect(resolveInputs({ inputs }, given, "text").problems.map(({ path }) => path)).toEqual([
      "amount",
      "__proto__",
      "constructor",
    ]);
    const declared = { constructor: InputDefinition.parse({ type: "string", required: true }) };
    expect(resolveInputs({ inputs: declared }, {}, "json").problems).toHaveLength(1);
  });

  test("what is nested too deep is refused", () => {
    const deep = JSON.parse("[".repeat(50_000) + "]".repeat(50_000)) as Json;
    expect(resolveInputs({}, { deep }, "json").problems[0]?.message).toBe(
      "the value is nested deeper than 100 levels",
    );
  });
});

test("no text is too strange for any type, and none takes long", () => {
  const long = [
    "a".repeat(1_000_000),
    "a@".repeat(500_000),
    `<${"|".repeat(1_000_000)}`,
    "1".repeat(1_000_000),
    `a@${"a.".repeat(500_000)}`,
  ];
  for (const type of INPUT_TYPES) {
    const inputs = { x: InputDefinition.parse({ type, options: ["a"], pattern: "^(a+)+$" }) };
    const begun = performance.now();
    for (const x of long) resolveInputs({ inputs }, { x }, "text");
    expect(performance.now() - begun).toBeLessThan(4000);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.jsonValue(), (text, value) => {
        resolveInputs({ inputs }, { x: text }, "text");
        resolveInputs({ inputs }, { x: value as Json }, "json");
      }),
      { numRuns: 30 },
    );
  }
});
