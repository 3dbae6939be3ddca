import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileExpression } from "../../../src/engine/language/expression.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { Json } from "../../../src/shared/json.ts";
import { cpuTime } from "../../support/cpu-time.ts";
import { plainScope, expenseScope as scope } from "./plain-scope.ts";

function run(source: string, data = scope): Json {
  return compileExpression(source).evaluate(data);
}

function messageOf(source: string, data = scope): string {
  try {
    return `no error, but ${JSON.stringify(run(source, data))}`;
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const amounts = plainScope({
  variables: { amount: 640, real: 640.5, i: 1, list: [3, 1, 2], s: "Ärger", o: { a: 1, b: null } },
});

describe("numbers", () => {
  test.for([
    ["variables.amount * 2", 1280],
    ["variables.real * 2", 1281],
    ["2 * variables.real + 1", 1282],
    ["5 / 2", 2.5],
    ["variables.amount / 100", 6.4],
    ["4 / 2", 2],
    ["7 % 4", 3],
    ["-variables.i + 0x10", 15],
    ["-0.0", 0],
    ["1u + 1", 2],
    ["1 == 1.0", true],
    ["variables.amount == 640", true],
    ["640 in [variables.amount, 1]", true],
    ["variables.list[variables.i]", 1],
    ["variables.list[0] == 3", true],
    ["size(variables.list) / 2", 1.5],
    ["variables.s.size()", 5],
    ['double("2.50") + int("3")', 5.5],
    ["int(2.9) + int(-2.9)", 0],
    [
      "math.round(variables.real * 1.0) + math.greatest(1, 2) + math.least([4, 3]) + math.abs(-1)",
      647,
    ],
    ["math.round(-2.5)", -3],
    ["9007199254740991", 9_007_199_254_740_991],
  ] as const)("%s is %j", ([source, value]) => {
    expect(run(source, amounts)).toBe(value);
  });

  test.for([
    ["9007199254740993", "expression_invalid: The number 9007199254740993 is beyond 2^53"],
    ["9007199254740991 + 1", "expression_failed: The result 9007199254740992 is beyond 2^53"],
    ["[{'a': 1e20}]", "expression_failed: The result 100000000000000000000 is beyond 2^53"],
    ["1 / 0", "expression_failed: Division by zero (in 1 / 0)."],
    ["1 % 0", "Division by zero"],
    ["1e308 * 10.0", "not a finite number"],
    [
      "variables.s + 1",
      "expression_failed: Cannot add text and a number. string(x) makes text of a number (in variables.s + 1).",
    ],
    [
      "variables.s * 2",
      "Cannot multiply text and a number: both have to be numbers. double(x) makes a number of text",
    ],
    ["variables.s > 2", "Cannot compare text with a number"],
    ["variables.o > variables.o", "Cannot compare an object with an object"],
    ["double('12 €')", "cannot read a number from this text"],
    ["variables.list[3]", "variables.list[3] has no value. variables.list is a list of 3."],
    ["variables.list[variables.i + 5]", "There is no 6 here (in variables.list[variables.i + 5])"],
    ["variables.list[0.5]", "There is no 0.5 here"],
  ] as const)("%s fails: %s", ([source, message]) => {
    expect(messageOf(source, amounts)).toContain(message);
  });

  test("give what JavaScript gives for any two safe numbers", () => {
    const number = fc.oneof(
      fc.integer({ min: -1e6, max: 1e6 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(number, number, (a, b) => {
        const data = plainScope({ variables: { a, b } });
        expect(
          run(
            "[variables.a + variables.b, variables.a * 2 - variables.b, variables.a < variables.b]",
            data,
          ),
        ).toEqual([a + b + 0, a * 2 - b + 0, a < b]);
      }),
    );
  });
});

describe("values and operators", () => {
  test.for([
    ["variables.item + '!'", "Laptop stand!"],
    ["stepResults['check-severity'].output > 3 ? 'high' : 'low'", "high"],
    ["variables.urgent && variables.amount > 500", true],
    ["!variables.urgent || false", false],
    ["variables.nothing.x || true", true],
    ["true || variables.nothing.x", true],
    ["false && variables.nothing", false],
    ["variables.note == null", true],
    ["variables.item == null", false],
    ["1 == '1'", false],
    ["{'a': [1, {'b': 2}]} == {'a': [1.0, {'b': 2}]}", true],
    ["{a: 1, 'b': variables.tags, 3: null}", { a: 1, b: ["a", "b"], "3": null }],
    ["variables.tags + ['c']", ["a", "b", "c"]],
    ["'a' in variables.tags", true],
    ["'city' in variables.address", true],
    ["'constructor' in variables.address", false],
    ["has(variables.address.city)", true],
    ["has(variables.address.street)", false],
    ["has(variables.a.b.c.d)", false],
    ["has(variables.note)", true],
    ["has(variables['x-y'])", true],
    ["has(stepResults.nobody.output)", false],
    ["has(variables.constructor)", false],
    ["variables.tags.map(t, t + variables.item)", ["aLaptop stand", "bLaptop stand"]],
    ["variables.tags.map(t, t == 'a', t + 'x')", ["ax"]],
    ["variables.tags.filter(t, t > 'a')", ["b"]],
    ["variables.tags.all(t, size(t) == 1)", true],
    ["variables.tags.exists(t, t == 'b')", true],
    ["variables.tags.exists_one(t, t == 'b')", true],
    ["variables.address.filter(key, key.startsWith('zip'))", ["zip code"]],
    [
      "[1, 2].map(x, [10, 20].map(y, x * y))",
      [
        [10, 20],
        [20, 40],
      ],
    ],
    ["[1].map(x, [2].map(x, x))", [[2]]],
    ["[{'a': 1}].map(x, has(x.a) && !has(x.b))", [true]],
    ["[{'a': {'b': 1}}].map(variables, variables.a.b)", [1]],
    ["'a,b'.split(',').join('-')", "a-b"],
    ["'abcdef'.substring(2, 4) + 'abc'.substring(1)", "cdbc"],
    ["'abcabc'.indexOf('c') + 'abcabc'.lastIndexOf('c')", 7],
    ["' Ab '.trim().lowerAscii() + 'ä'.upperAscii()", "abä"],
    ["'AB-12'.matches('^[A-Z]+-\\\\d+$')", true],
    ["'b'.matches(variables.tags[1])", true],
    ["string(1.5) + string(true) + string([1])", "1.5true[1]"],
    ["bool('true')", true],
    ["executionId", "exec_1"],
    ["costAccumulator < 0.5", true],
    [
      "variables",
      {
        amount: 640.5,
        item: "Laptop stand",
        urgent: true,
        note: null,
        tags: ["a", "b"],
        address: { city: "Zürich", "zip code": "8001" },
        "x-y": 1,
      },
    ],
    ["// a comment\n 1", 1],
    ["'😀'", "😀"],
  ] as const)("%s is %j", ([source, value]) => {
    expect(run(source)).toEqual(value);
  });

  test.for([
    ["'a😀b😀c'.split('😀')", ["a", "b", "c"]],
    ["'😀é'.split('')", ["😀", "é"]],
    ["'😀'.charAt(0) + '|' + '😀'.charAt(1)", "😀|"],
    ["'x😀y😀'.lastIndexOf('😀', 2)", 1],
    ["'x😀y'.replace('', '-')", "-x-😀-y-"],
    ["regex.replace('x😀y', '', '-')", "-x-😀-y-"],
    ["variables.half.size()", 1],
    ["'😀'.contains(variables.half) || '😀'.indexOf(variables.half) >= 0", false],
    ["'😀'.replace(variables.half, '')", "😀"],
    ["'\\uFFFD' < '😀' && 'a😀' < 'a😁' && 'a' < 'a😀'", true],
    ["['😀', '\\uFFFD', 'a'].sort()", ["a", "\uFFFD", "😀"]],
  ] as const)("counts text in whole characters: %s is %j", ([source, value]) => {
    expect(run(source, plainScope({ variables: { half: "\uD83D" } }))).toEqual(value);
  });

  test.for([
    ["[variables.?note, variables.?nothing]", [null, null]],
    ["variables.?note.hasValue()", true],
    ["variables.?address.?zip.orValue('none')", "none"],
    ["stepResults.?nobody.output.orValue(7)", 7],
    ["variables.tags[?0].orValue('none')", "a"],
    ["has(variables.?address.street)", false],
    ["optional.of(1).or(optional.of(variables.nothing)).value()", 1],
    ["[1, 2].exists(x, x / (x - 1) > 1)", true],
    ["[1, 2].all(x, 1 / (x - 1) > 5)", false],
    ["double('NaN') <= 1.0 || double('NaN') >= 1.0", false],
    ["[0.1, 0.2, 0.3].sum()", 0.6],
    ["[].sum()", 0],
    ["[1e-7, 1].sum()", 1.0000001],
    ["numbers.round(-2.345, 2)", -2.35],
    ["numbers.round(1e-7, 3)", 0],
    ["numbers.format(1.005, 2)", "1.01"],
    ["'%.1f %.0f %.0f'.format([0.25, 0.5, 1.5])", "0.2 0 2"],
    ["dates.add(dates.parse('2026-01-30'), {'days': 2, 'months': 1})", "2026-03-02T00:00:00Z"],
    ["dates.add(dates.parse('2026-01-31'), {'months': 1, 'days': -1})", "2026-02-27T00:00:00Z"],
    ["dates.parse('2026-03-29T02:30', 'Europe/Berlin')", "2026-03-29T01:30:00Z"],
    [
      "dates.format(timestamp('2026-07-01T00:00:00Z'), \"h 'o''clock' a XXX\", 'Europe/Berlin')",
      "2 o'clock AM +02:00",
    ],
    ["timestamp('2026-01-31T10:00:00+01:00')", "2026-01-31T09:00:00Z"],
    [
      "string(timestamp('2026-01-31T09:00:00Z')) + string(duration('1.5s'))",
      "2026-01-31T09:00:00Z1.5s",
    ],
    [
      "string([optional.of(duration('1.5s')), optional.of(optional.of(1)), optional.none()])",
      '["1.5s",1,null]',
    ],
    [
      "{'at': timestamp('2026-01-31T09:00:00Z'), 'b': b'hi', 't': type(1)}",
      { at: "2026-01-31T09:00:00Z", b: "aGk=", t: "number" },
    ],
    ["regex.replace('x', 'x', '')", ""],
    ["regex.extract('x', '(y)?x').hasValue()", false],
  ] as const)("%s is %j", ([source, value]) => {
    expect(run(source)).toEqual(value);
  });

  test("the result shares nothing with the scope", () => {
    expect(run("variables.tags")).not.toBe(scope.read(["variables", "tags"]));
  });

  test("names of the prototype are data or missing", () => {
    const data = plainScope({
      variables: JSON.parse('{"constructor": 1, "__proto__": {"x": 2}}') as Json,
    });
    expect(run("[variables.constructor, variables.__proto__.x]", data)).toEqual([1, 2]);
    expect(JSON.stringify(run("variables", data))).toBe('{"constructor":1,"__proto__":{"x":2}}');
    expect(messageOf("variables.toString", data)).toContain("variables.toString has no value");
    expect(messageOf("[variables].map(v, v.hasOwnProperty)", data)).toContain(
      'there is no "hasOwnProperty"',
    );
    expect(messageOf("{'a': 1}['__proto__']")).toContain('There is no "__proto__" here');
  });
});

describe("problems in plain words", () => {
  test.for([
    ["", "expression_invalid: The expression is empty."],
    ["1 +", "expression_invalid: The expression ends too early."],
    [
      "variables.amount > > 5",
      'expression_invalid: The expression cannot be read at character 20, at ">"',
    ],
    ["'abc", "expression_invalid: A text that begins at character 1 is not closed by its quote."],
    [
      "{{variables.amount}} > 1",
      "An expression takes names without braces: write variables.amount",
    ],
    ["variables.if", "expression_failed: variables.if has no value."],
    ["if", "The word at character 1 is reserved in CEL."],
    [
      "stepResults.check-severity.output > 3",
      "expression_invalid: stepResults.check-severity is read as a subtraction, because of the hyphen. Write stepResults['check-severity'].",
    ],
    ["1 + stepResults.a-b-c.output", "Write stepResults['a-b-c']."],
    [
      "now()",
      "There is no now(). Expressions have no clock, so that a run can be repeated; timestamp(execution.startedAt) is when the run began.",
    ],
    [
      "timestamp('2026-01-31')",
      "timestamp(x) takes a date, a time and a zone, such as 2026-01-31T09:00:00Z. dates.parse(text, zone) takes a date alone",
    ],
    ["timestamp('2026-02-31T00:00:00Z')", "timestamp(x) takes a date"],
    [
      "timestamp('2026-01-31T09:00:00Z').getHours('Mars/Base')",
      'takes a zone such as "Europe/Berlin"',
    ],
    ["'2026-01-31T09:00:00Z'.getHours()", "timestamp(x) makes one of text in ISO form"],
    ["timestamp('9999-12-31T23:59:59Z') + duration('1s')", "outside the years 1 to 9999"],
    ["duration('1 day')", "duration(x) takes a length such as 90m"],
    [
      "dates.format(timestamp('2026-01-31T09:00:00Z'), 'YYYY')",
      'does not know "YYYY" in a pattern',
    ],
    ["dates.add(timestamp('2026-01-31T09:00:00Z'), {'fortnights': 1})", "knows years, months"],
    ["dates.parse('31.1.2026')", "takes a date such as 2026-01-31"],
    ["json.parse('{\"a\": x}')", "the text is not JSON at character 7: a value is expected there"],
    [
      "json.parse('[12345678901234567890]')",
      "json.parse(text): [0]: this number is too large or has more digits than are kept exactly. Send it as text",
    ],
    ["json.parse('" + "[".repeat(101) + "]".repeat(101) + "')", "nested more than 100 levels deep"],
    ["numbers.currency(1, 'euro')", 'takes a currency such as "EUR" or "USD"'],
    ["numbers.format(1, 2, 'klingon!')", "does not know this locale"],
    ["numbers.round(1, 30)", "takes 0 to 20 digits after the point, not 30"],
    ["base64.decode('?')", "this text is not base64"],
    ["string(base64.decode('/w=='))", "These bytes are not text in UTF-8"],
    ["url.decode('100%')", "a % that begins no encoded character"],
    ["regex.extract('a', '(a)(b)')", "takes a pattern with at most one group"],
    ["regex.replace('a', 'a', r'\\1')", "is not a group of the pattern"],
    ["regex.extract('a', '(?=a)')", "expression_invalid: The pattern cannot be read"],
    ["[].min()", "list.min(): the list is empty"],
    ["[1, 'a'].sort()", "Cannot compare"],
    ["['a', 1].sum()", "list.sum() takes numbers, not text"],
    ["optional.none().value()", "optional.orValue(x) gives another one"],
    ["variables.?address.?city.size()", "x.size() takes text"],
    ["variables.item.?x", 'There is no "x" in text: only lists and objects have members'],
    ["'%d'.format([variables.item])", "text.format(list): %d takes a number, not text"],
    ["'%s %s'.format([1])", "%s is value 2, and the list has 1"],
    ["'%y'.format([1])", "does not know %y"],
    ["{'a': 1, 'a': 2}", 'The key "a" comes twice'],
    ["'a😀'.substring(0, 3)", "the text has 2 characters, so 0 to 3 is outside"],
    ["'abc'.charAt(4)", "the text has 3 characters, so 4 is outside"],
    ["variables.item.toLowerCase()", "There is no toLowerCase(). Write text.lowerAscii()."],
    ["math.max(1, 2)", "There is no math.max(). Write math.greatest(x, y)."],
    ["json.stringify(variables)", "There is no json.stringify(). Write string(x)."],
    ["int('9007199254740993') > 1", "int(x): this is beyond 2^53, where whole numbers lose digits"],
    ["numbers.format(double('NaN'), 2)", "takes a finite number, not NaN"],
    ["sise(variables.tags)", 'There is no function sise(). Did you mean "size"?'],
    ["variables.item.lenght()", "There is no method lenght()."],
    ["variables.item.startWith('a')", 'There is no method startWith(). Did you mean "startsWith"?'],
    ["math.cbrt(8)", "There is no function math.cbrt()."],
    [`${"m".repeat(3000)}(8)`, `There is no function ${"m".repeat(59)}…(). Known: `],
    ["variables.item.startsWith()", "text.startsWith(part) is called with 0 arguments."],
    ["variables.item.matches('(?=a)')", "expression_invalid: The pattern cannot be read"],
    [
      "variables.item.matches('(')",
      "expression_invalid: The pattern cannot be read: missing closing )",
    ],
    ["variables.tags.map(1, 2)", "expression_invalid:"],
    ["variables.tags.map(x)", "map is written list.map(x, …)"],
    ["has(variables)", "has(…) takes one path"],
    ["has(1 + 1)", "has(…) takes one path"],
    ["b'ä'", "Letters beyond ASCII cannot stand in bytes"],
    [
      "variables.item ? 1 : 2",
      "expression_failed: A condition has to be true or false, not text. Compare it",
    ],
    ["variables.item && true", "A condition has to be true or false, not text"],
    [
      "variables.amuont * 2",
      'expression_failed: variables.amuont has no value. Known variables: amount, item, urgent, note, tags, address, x-y. Did you mean "amount"? has(variables.amuont) asks whether it is there.',
    ],
    ["stepResults.classify.output", "Steps that have run: check-severity."],
    ["foo.bar", "foo.bar has no value. Paths begin with variables"],
    ["variables.amount.map(x, x)", "A loop needs a list or an object, not a number"],
    ["'a' in 'abc'", "For text use text.contains(part)"],
    ["'abc'.substring(2, 1)", "the text has 3 characters, so 2 to 1 is outside"],
    [
      "[1, 2].join(',')",
      "list.join(separator) takes text, not a number. list.map(x, string(x)) makes text of all",
    ],
    ["(".repeat(60) + ")".repeat(60), "too large or nested too deep"],
    ["1+".repeat(3000) + "1", "too large or nested too deep"],
    ["1".repeat(10_001), "An expression has at most 10000 characters"],
  ] as const)("%s: %s", ([source, message]) => {
    expect(messageOf(source)).toContain(message);
  });

  test("a subtraction of outputs is none of a hyphenated id", () => {
    const data = plainScope({ stepResults: { a: { output: 3 }, b: { output: 1 } } });
    expect(run("stepResults.a.output-stepResults.b.output", data)).toBe(2);
    expect(run("'stepResults.a-b'", data)).toBe("stepResults.a-b");
  });

  test("throws nothing but its own errors, whatever the text", () => {
    const piece = fc.constantFrom(
      "variables",
      ".",
      "[",
      "]",
      "(",
      ")",
      "'",
      "1",
      "+",
      "-",
      " ",
      "map",
      "x",
      ",",
      "{",
      "}",
      ":",
      "?",
      "has",
      "!",
      "&&",
      "in",
      "stepResults",
      "😀",
      "\\",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(piece).map((all) => all.join("")),
        ),
        (source) => {
          messageOf(source);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("limits", () => {
  const long = plainScope({
    variables: {
      list: Array.from({ length: 10_000 }, (_, i) => i),
      text: "a".repeat(1_000_000),
      short: "a".repeat(20_000),
      emoji: "😀".repeat(100_000),
      numbers: `${"1,".repeat(100_000)}1`,
    },
  });

  test.for([
    "variables.list.map(a, variables.list.map(b, variables.list.map(c, 1)))",
    "variables.list.all(a, variables.list.exists(b, b == -1) || true)",
    "variables.list.map(a, variables.text.contains('b'))",
    "variables.list.map(a, variables.text.matches('(a+)+$'))",
    "variables.list.map(a, 'x'.matches('a' + string(a)))",
    "variables.list.map(a, variables.list + variables.list)",
    "variables.text + variables.text",
    "[variables.text, variables.text, variables.text].map(a, variables.list.map(b, a))",
    "variables.list.map(a, size(variables.text))",
    "variables.text.split('').map(a, a)",
    "variables.list.map(a, variables.list == variables.list.map(b, b))",
    "variables.list.map(a, variables.text.substring(1))",
    "variables.list.map(a, variables.emoji.charAt(a))",
    "variables.list.map(a, variables.emoji.indexOf('b'))",
    "variables.list.map(a, variables.emoji.reverse())",
    "variables.list.map(a, variables.emoji < variables.emoji + 'b')",
    "regex.extractAll(variables.text, 'a.*b|a')",
    "regex.replace(variables.short, 'a.*b|a', variables.short)",
    "variables.short.replace('a', variables.short)",
    "variables.list.map(a, variables.list.sum())",
    "variables.list.map(a, variables.list.sort())",
    "variables.list.map(a, [a]).distinct()",
    "variables.list.map(a, numbers.currency(a, 'EUR'))",
    "variables.list.map(a, dates.format(timestamp(a), 'EEEE'))",
    "variables.list.map(a, lists.range(1000))",
    "lists.range(10000000)",
    `string([0]${".map(a, [a, a])".repeat(40)})`,
    `'%s'.format([[0]${".map(a, [a, a])".repeat(40)}])`,
    `[0]${".map(a, [a, a])".repeat(40)}.flatten(50)`,
    "variables.list.map(a, json.parse('[1e5,' + variables.numbers + ']'))",
    "'%s%s'.format([variables.text, variables.text])",
    "'%s'.format([lists.range(3000).map(x, variables.text)])",
    "cel.bind(b, bytes(variables.text), '%s'.format([lists.range(3000).map(x, b)]))",
    "cel.bind(b, {variables.text: 1}, '%s'.format([lists.range(3000).map(x, b)]))",
    "cel.bind(b, bytes(variables.text), string(lists.range(3000).map(x, b)))",
    "cel.bind(b, {variables.text: 1}, string(lists.range(3000).map(x, b)))",
    "cel.bind(b, {variables.text: 1}, lists.range(3000).map(x, b))",
    "cel.bind(b, optional.of(variables.list), string(lists.range(3000).map(x, b)))",
    "variables.list.map(a, url.encode(variables.text))",
  ])("%s ends with limit_exceeded before long", (source) => {
    const tookMs = cpuTime(() => {
      expect(messageOf(source, long)).toMatch(/^limit_exceeded: /);
    });
    expect(tookMs).toBeLessThan(3000);
  });

  test.for([
    ["regex.replace(variables.text, 'a', 'b').size()", 50_000],
    ["regex.replace(variables.words, r'\\s+', '-').size()", 50_000],
    ["variables.list.map(a, numbers.currency(a * 1.1, 'EUR')).slice(0, 1)", ["€0.00"]],
    ["variables.list.sort().distinct().size()", 1000],
  ] as const)("%s is no too much work", ([source, value]) => {
    const usual = plainScope({
      variables: {
        text: "a".repeat(50_000),
        words: "word ".repeat(10_000),
        list: Array.from({ length: 1000 }, (_, i) => i),
      },
    });
    expect(run(source, usual)).toEqual(value);
  });

  test("an evaluation does not wear out the next one", () => {
    const expression = compileExpression("variables.list.map(a, a * 2).filter(b, b > 10).size()");
    for (let i = 0; i < 20; i += 1) expect(expression.evaluate(long)).toBe(9994);
  });
});

test("paths lists what is read, without loop variables, and apart what is tested", () => {
  const { paths, testedPaths } = compileExpression(
    "has(variables.note) && stepResults['check-severity'].output > variables.list[0] && variables.tags.exists(t, t.a == variables.item)",
  );
  expect(paths).toEqual([
    ["stepResults", "check-severity", "output"],
    ["variables", "list", "0"],
    ["variables", "tags"],
    ["variables", "item"],
  ]);
  expect(testedPaths).toEqual([["variables", "note"]]);
});
