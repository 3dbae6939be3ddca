import { describe, expect, test } from "vitest";
import { compileSchema } from "../../../src/engine/ai/json-schema.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { cpuTime } from "../../support/cpu-time.ts";

/** What is said of a value; `null`: it follows the schema. */
function complaintOf(schema: JsonObject, value: Json): string | null {
  const check = compileSchema(schema);
  if (typeof check !== "function") throw new Error(JSON.stringify(check));
  return check(value);
}

function problemsOf(schema: JsonObject): readonly string[] {
  const check = compileSchema(schema);
  if (typeof check === "function") return [];
  return check.map(({ path, message, fix }) => `${path.join(".")}: ${message}. ${fix}`);
}

describe("a value is checked by", () => {
  test.each<[JsonObject, Json, RegExp]>([
    [{ required: ["a"] }, {}, /the key "a" is missing/],
    [{ properties: { a: { type: "string" } } }, { a: 1 }, /"a": must be string/],
    [{ minimum: 3 }, 2, /must be >= 3/],
    [{ items: { enum: ["x", "y"] } }, ["z"], /"0": must be one of "x", "y"/],
    [{ uniqueItems: true }, [{ a: 1 }, 2, { a: 1 }], /items 0 and 2 are equal/],
    [{ contains: { const: 1 } }, [2], /at least 1 valid item/],
    [{ propertyNames: { maxLength: 2 } }, { long: 1 }, /the key "long" has a name/],
    [{ const: { a: [1] } }, { a: [2] }, /must be \{"a":\[1\]\}/],
    [{ enum: [{ a: 1 }] }, { a: 2 }, /must be one of \{"a":1\}/],
    [{ pattern: "^[A-Z]{2}$" }, "abc", /must match pattern "\^\[A-Z\]\{2\}\$"/],
    [{ patternProperties: { "^n_": { type: "number" } } }, { n_a: "1" }, /"n_a": must be number/],
    [{ additionalProperties: false }, { a: 1 }, /Unrecognized key: "a"/],
    [{ dependentRequired: { a: ["b"] } }, { a: 1 }, /the key "b" is missing/],
    [{ format: "email" }, "ann", /must match format "email"/],
    [{ multipleOf: 0.01 }, 19.995, /must be multiple of 0\.01/],
    [{ not: { type: "null" } }, null, /must not be valid/],
    [{ required: ["toString"] }, {}, /the key "toString" is missing/],
  ])("%j, wherever its type is left out: not %j", (schema, value, complaint) => {
    expect(complaintOf(schema, value)).toMatch(complaint);
  });

  test.each<[JsonObject, Json]>([
    [{ required: ["a"] }, "text"],
    [{ multipleOf: 0.01 }, 12345678.91],
    [{ pattern: "^\\d+\\s€$" }, "12\u00a0€"],
    [{ maxLength: 1 }, "😀"],
    [{ $ref: "#/$defs/a", $defs: { a: { type: "string" } } }, "x"],
    [{ $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: "string" }] }, ["x"]],
    [{ "x-note": "for people", title: "A", enum: ["a"] }, "a"],
  ])("%j, which %j follows", (schema, value) => {
    expect(complaintOf(schema, value)).toBeNull();
  });

  test("a list of at most five problems, the innermost first", () => {
    const schema = { required: ["a"], properties: { b: { items: { type: "number" } } } };
    const complaint = complaintOf(schema, { b: ["1", "2", "3", "4", "5", "6"] });

    expect(complaint).toBe(
      'The value does not follow the schema ("b.0": must be number; "b.1": must be number; "b.2": must be number; "b.3": must be number; "b.4": must be number). Correct it.',
    );
  });

  test.each<[string, JsonObject, Json]>([
    ["a pattern", { pattern: "^(a+)+$" }, `${"a".repeat(20_000)}!`],
    ["a comparison of each item with each", { uniqueItems: true }, listOfObjects(15_000)],
    ["references that multiply", multiplying(40), { a: { a: 1 } }],
  ])("%s that would take for ever, in limited time", (_name, schema, value) => {
    expect(cpuTime(() => complaintOf(schema, value))).toBeLessThan(8000);
  });

  test("references that lead around, as deep as the value is", () => {
    const schema = { properties: { a: { $ref: "#" } }, type: "object" };

    expect(complaintOf(schema, { a: { a: {} } })).toBeNull();
    expect(complaintOf(schema, { a: { a: 1 } })).toMatch(/"a\.a": must be object/);
  });
});

function listOfObjects(length: number): Json {
  return Array.from({ length }, (_, a) => ({ a }));
}

/** Each definition applies the next one twice to the member `a`. */
function multiplying(count: number): JsonObject {
  const $defs = Object.fromEntries(
    Array.from({ length: count }, (_, n): [string, Json] => {
      const next = { $ref: `#/$defs/d${(n + 1) % count}` };
      return [`d${n}`, { type: "object", properties: { a: { allOf: [next, next] } } }];
    }),
  );
  return { $ref: "#/$defs/d0", $defs };
}

describe("a schema is refused at deployment for", () => {
  test.each<[JsonObject, RegExp]>([
    [{ type: "wat" }, /^type: must be one of "array", .*\. Correct it\.$/],
    [{ properties: { a: { required: "b" } } }, /^properties\.a\.required: must be array/],
    [{ items: [{ type: "string" }] }, /^items: .*\. Rename it to "prefixItems"\.$/],
    [{ requried: ["a"] }, /^requried: "requried" is not a keyword.*\. Did you mean "required"\?$/],
    [{ items: { pattern: "(?=a)" } }, /^items\.pattern: The pattern cannot be read.*Look-around/],
    [{ patternProperties: { "(a)\\1": {} } }, /^patternProperties\.\(a\)\\1: The pattern cannot/],
    [{ properties: { a: { format: "emial" } } }, /^properties\.a\.format: .*Did you mean "email"/],
    [{ format: "iban" }, /^format: .*Remove it, or use a "pattern"\. Known are: date, time/],
    [{ allOf: [{ $ref: "#/$defs/x" }] }, /^allOf\.0\.\$ref: "#\/\$defs\/x" leads to nothing/],
    [{ $ref: "https://example.com/a" }, /^\$ref: .*nothing is fetched from elsewhere/],
    [{ $dynamicRef: "#a" }, /^\$dynamicRef: "\$dynamicRef" is not supported\. Use "\$ref"/],
    [{ $schema: "http://json-schema.org/draft-04/schema#" }, /^\$schema: .*not a dialect/],
    [{ $ref: "#" }, /^: its references lead back to themselves/],
    [{ description: "x".repeat(50_001) }, /^: it has \d+ characters as JSON; at most 50000/],
    [nested(40), /^: it is nested more than 60 levels deep/],
    [{ enum: [] }, /must/],
  ])("%j", (schema, problem) => {
    expect(problemsOf(schema)).toEqual([expect.stringMatching(problem)]);
  });

  test("references that apply themselves to the same value too many times", () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, n): [string, Json] => {
        const next = n === 39 ? {} : { $ref: `#/$defs/d${n + 1}`, title: "x" };
        return [`d${n}`, { allOf: [next, next] }];
      }),
    );

    expect(problemsOf({ $ref: "#/$defs/d0", $defs })).toEqual([
      expect.stringMatching(/the same place too many times/),
    ]);
  });

  test("nothing that stands in data or in the names of members", () => {
    const schema = {
      properties: { requried: { const: { pattern: "(?=a)", format: "x" } }, pattern: {} },
      default: { requried: 1 },
    };

    expect(problemsOf(schema)).toEqual([]);
  });
});

function nested(levels: number): JsonObject {
  return levels === 0 ? {} : { properties: { a: nested(levels - 1) } };
}
