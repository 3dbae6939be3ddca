import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withMarks } from "../../../src/engine/language/marks.ts";
import type { Placing } from "../../../src/engine/language/placing.ts";
import {
  findTemplates,
  renderTemplate,
  renderText,
  resolveTemplates,
} from "../../../src/engine/language/template.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { Json } from "../../../src/shared/json.ts";
import { urlPlace } from "../../../src/shared/places/url-place.ts";
import { parseTemplate } from "../../../src/shared/template-parser.ts";
import { cpuTime } from "../../support/cpu-time.ts";
import { plainScope, expenseScope as scope } from "./plain-scope.ts";

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing thrown";
}

describe("parseTemplate", () => {
  test.for([
    ["{{variables.amount}}", [["variables", "amount"]], true],
    [
      "{{ stepResults.check-severity.output }}",
      [["stepResults", "check-severity", "output"]],
      true,
    ],
    [
      "${{variables.amount}} for {{variables.item}}",
      [
        ["variables", "amount"],
        ["variables", "item"],
      ],
      false,
    ],
    ["{{variables.tags[0]}}", [["variables", "tags", "0"]], true],
    ["{{variables.tags.0}}", [["variables", "tags", "0"]], true],
    ["{{ variables['x-y'] }}", [["variables", "x-y"]], true],
    [`{{variables[ "zip }} code" ].a}}`, [["variables", "zip }} code", "a"]], true],
    ["{{variables.größe}}", [["variables", "größe"]], true],
    [`{"a":{{variables.amount}}}`, [["variables", "amount"]], false],
    ["no template, one { and }}", [], false],
    ["", [], false],
    ["{{'{{'}}", [], true],
    ["{{secrets.API_KEY}}", [["secrets", "API_KEY"]], true],
  ] as const)("reads %j", ([source, paths, whole]) => {
    expect(parseTemplate(source)).toMatchObject({ source, paths, whole });
  });

  test.for([
    ["{{", "A {{ is not closed by }}"],
    ["{{variables.a", "A {{ is not closed by }}"],
    ["{{}}", 'A name is missing in "{{}}" (character 3)'],
    ["{{variables.}}", "A name is missing"],
    ["{{variables.a + 1}}", 'Unexpected "+" in "{{variables.a + 1}}" (character 15)'],
    ["{{#if variables.a}}", 'Unexpected "#"'],
    ["{{upper(variables.a)}}", 'Unexpected "("'],
    ["{{{variables.a}}}", 'Unexpected "{"'],
    ["{{variables..a}}", 'Unexpected "."'],
    ["{{variables['a}}", 'Unexpected "\'"'],
    ["{{variables[-1]}}", 'Unexpected "-"'],
    ["{{variables[0}}", "A name is missing"],
    ["{{variables.😀}}", 'Unexpected "😀"'],
    ["{{secrets}}", "A secret is written {{secrets.NAME}}"],
    ["{{secrets['a}}b']}}", "A secret is written {{secrets.NAME}}"],
    [`{{a${".b".repeat(300)}}}`, "A path is too long"],
  ] as const)("refuses %j and says why", ([source, message]) => {
    expect(messageOf(() => parseTemplate(source))).toContain(`template_invalid: ${message}`);
  });

  test("throws nothing but its own errors, whatever the text", () => {
    const piece = fc.constantFrom(
      "{{",
      "}}",
      "{",
      "}",
      "variables",
      ".",
      "[",
      "]",
      "'",
      '"',
      "0",
      "-",
      " ",
      "😀",
      "a",
      "\ud800",
      "secrets.X",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(piece).map((all) => all.join("")),
        ),
        (text) => {
          try {
            const { parts, source } = parseTemplate(text);
            expect(source).toBe(text);
            if (!text.includes("{{")) expect(parts.join("")).toBe(text);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        },
      ),
    );
  });

  test.for([
    ["many templates", "{{variables.a}} ".repeat(60_000)],
    ["one open tag and much white space", `{{${" ".repeat(999_000)}`],
    ["open braces alone", "{".repeat(1_000_000)],
    ["an open quote", `{{variables['${"a".repeat(900_000)}`],
    ["quotes and braces", "{{'{{'}}".repeat(120_000)],
    ["single braces", "{ ".repeat(500_000)],
  ] as const)("takes a megabyte of %s without delay", ([, text]) => {
    expect(cpuTime(() => messageOf(() => parseTemplate(text)))).toBeLessThan(1000);
  });

  test("refuses more than a megabyte", () => {
    expect(messageOf(() => parseTemplate(" ".repeat(1_000_001)))).toContain("limit_exceeded");
  });
});

describe("renderTemplate", () => {
  test.for([
    ["{{variables.amount}}", 640.5],
    [" {{variables.amount}}", " 640.5"],
    ["{{variables.tags}}", ["a", "b"]],
    ["{{variables.urgent}}", true],
    ["{{variables.note}}", null],
    ["{{variables.address['zip code']}}", "8001"],
    ["{{stepResults.check-severity.output}}", 4],
    [
      "Amount: ${{variables.amount}}, note: {{variables.note}}, urgent: {{variables.urgent}}",
      "Amount: $640.5, note: , urgent: true",
    ],
    [
      "{{variables.address}} and {{variables.tags[1]}}",
      '{"city":"Zürich","zip code":"8001"} and b',
    ],
    ["{{'{{'}}variables.amount}}", "{{variables.amount}}"],
    ["Bearer {{secrets.KEY}}", "Bearer {{secrets.KEY}}"],
    ["{{ secrets.KEY }}", "{{secrets.KEY}}"],
    ["{{variables.tags.length}}", 2],
  ] as const)("gives %j as %j", ([source, value]) => {
    expect(renderTemplate(parseTemplate(source), scope)).toEqual(value);
  });

  test("renderText makes text of a whole template", () => {
    expect(renderText("{{variables.tags}}", scope)).toBe('["a","b"]');
    expect(renderText("{{variables.note}}", scope)).toBe("");
    expect(renderText(parseTemplate("{{variables.amount}}"), scope)).toBe("640.5");
  });

  test.for([
    [
      "{{variables.amuont}}",
      '{{variables.amuont}} has no value. Known variables: amount, item, urgent, note, tags, address, x-y. Did you mean "amount"?',
    ],
    [
      "{{variable.amount}}",
      '{{variable.amount}} has no value. Paths begin with variables, stepResults, executionId, workflowId, costAccumulator, trigger, execution. Did you mean "variables"?',
    ],
    [
      "{{stepResults.classify.output}}",
      "{{stepResults.classify.output}} has no value. Steps that have run: check-severity.",
    ],
    [
      "{{stepResults.check-severity.outptu.x}}",
      '{{stepResults.check-severity.outptu.x}} has no value. stepResults.check-severity has stepId, status, output, cost. Did you mean "output"?',
    ],
    [
      "{{stepResults.check-severity.output.reason}}",
      "stepResults.check-severity.output is a number: there is nothing inside.",
    ],
    ["{{variables.note.x}}", "variables.note is empty: there is nothing inside."],
    ["{{variables.tags[2]}}", "{{variables.tags[2]}} has no value. variables.tags is a list of 2."],
    ["{{variables.constructor}}", "{{variables.constructor}} has no value."],
    ["{{variables.__proto__.polluted}}", "{{variables.__proto__.polluted}} has no value."],
    ["{{variables['toString']}}", "has no value."],
    ["{{__proto__}}", "Paths begin with"],
    ["{{constructor.constructor}}", "Paths begin with"],
  ] as const)("names %s and what there is instead", ([source, message]) => {
    const shown = messageOf(() => renderTemplate(parseTemplate(source), scope));
    expect(shown).toMatch(/^template_missing: /);
    expect(shown).toContain(message);
  });

  test("finds __proto__ where it is data", () => {
    const data = plainScope({ variables: JSON.parse('{"__proto__": {"a": 1}}') as Json });
    expect(renderTemplate(parseTemplate("{{variables.__proto__.a}}"), data)).toBe(1);
  });

  test("stops at too much text instead of filling the memory", () => {
    const big = plainScope({ variables: { text: "x".repeat(1_000_000) } });
    expect(messageOf(() => renderText("{{variables.text}}".repeat(5), big))).toContain(
      "limit_exceeded",
    );
    const list = Array.from({ length: 5 }, () => "{{variables.text}}");
    expect(messageOf(() => resolveTemplates(list, big))).toContain("limit_exceeded");
  });

  test("text without braces is kept as it is", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes("{{")),
        (text) => {
          expect(renderText(text, scope)).toBe(text);
        },
      ),
    );
  });

  test("any value comes back from a whole template unchanged", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const data = plainScope({ variables: { value: value as Json } });
        expect(renderTemplate(parseTemplate("{{variables.value}}"), data)).toEqual(value);
        expect(resolveTemplates("{{variables.value}}", data)).toEqual(value);
      }),
    );
  });
});

describe("resolveTemplates", () => {
  test("goes into lists and objects, keeps types, leaves keys alone", () => {
    const value = {
      "{{variables.item}}": ["{{variables.amount}}", { a: "x {{variables.item}}" }],
      n: 1,
      z: null,
    };
    expect(resolveTemplates(value, scope)).toEqual({
      "{{variables.item}}": [640.5, { a: "x Laptop stand" }],
      n: 1,
      z: null,
    });
  });

  test("a key named __proto__ stays data", () => {
    const resolved = resolveTemplates(
      JSON.parse('{"__proto__": "{{variables.item}}"}') as Json,
      scope,
    );
    expect(JSON.stringify(resolved)).toBe('{"__proto__":"Laptop stand"}');
    expect(Object.getPrototypeOf(resolved)).toBe(Object.prototype);
  });

  test("refuses data that is nested too deep", () => {
    const deep = JSON.parse("[".repeat(20_000) + "]".repeat(20_000)) as Json;
    expect(
      messageOf(() => resolveTemplates("{{variables.deep}}", plainScope({ variables: { deep } }))),
    ).toContain("limit_exceeded");
    expect(messageOf(() => findTemplates(deep))).toContain("limit_exceeded");
  });
});

describe("findTemplates", () => {
  test("finds every text with a template, with its place", () => {
    const found = findTemplates({
      a: ["x", "{{variables.a}}"],
      b: { "c d": "{{variables.b}} {{variables.c}}" },
    });
    expect(found.map(({ path, template }) => [path, template.paths])).toEqual([
      [["a", 1], [["variables", "a"]]],
      [
        ["b", "c d"],
        [
          ["variables", "b"],
          ["variables", "c"],
        ],
      ],
    ]);
  });

  test("reports what cannot be parsed and goes on", () => {
    const invalid: unknown[] = [];
    const found = findTemplates({ a: "{{", b: "{{variables.b}}" }, (path) => invalid.push(path));
    expect(invalid).toEqual([["a"]]);
    expect(found).toHaveLength(1);
    expect(() => findTemplates("{{")).toThrow(AppError);
  });
});

describe("a value that is not known yet", () => {
  const placing: Placing = { place: urlPlace, member: () => placing };
  const url = "https://a.example/{{variables.now}}/{{variables.later}}?q={{variables.later}}";

  test("stays a mark, while the others are written by their place", () => {
    const known = plainScope({ variables: { now: "a/b" } });
    const marked = withMarks(known, ([, name]) => name === "later");

    const text = resolveTemplates(url, marked, placing);

    const mark = "\uE000variables.later\uE001";
    expect(text).toBe(`https://a.example/a%2Fb/${mark}?q=${mark}`);
  });

  test("is nothing that data can pretend to be", () => {
    const variables = { now: "\uE000../x\uE001", later: "\uE000..\uE001" };

    const text = resolveTemplates(url, plainScope({ variables }), placing);

    expect(text).toMatch(/^https:\/\/a\.example\/%EE%80%80\.\.%2Fx%EE%80%81\//);
  });
});
