import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileSchema } from "../../../src/engine/ai/json-schema.ts";
import type { Json } from "../../../src/shared/json.ts";

/*
 * The tests of the JSON Schema project, draft 2020-12, as data. A schema is checked as they say or refused at deployment: nothing
 * is checked in another way than they say without a word. Formats are the exception, and are counted.
 */

const SUITE = join(
  import.meta.dirname,
  "../../fixtures/vendor/json-schema-test-suite/draft2020-12",
);

interface Group {
  readonly description: string;
  readonly schema: Json;
  readonly tests: readonly {
    readonly description: string;
    readonly data: Json;
    readonly valid: boolean;
  }[];
}

interface Figures {
  readonly right: number;
  readonly wrong: readonly string[];
  /** Tests of schemas that are refused. */
  readonly refused: number;
}

function runSuite(file: string): Figures {
  const groups: readonly Group[] = JSON.parse(readFileSync(join(SUITE, file), "utf8"));
  let right = 0;
  let refused = 0;
  const wrong: string[] = [];
  for (const { description, schema, tests } of groups) {
    // A step's schema is an object; a bare `true` or `false` stands within one.
    const check = compileSchema(typeof schema === "boolean" ? { allOf: [schema] } : Object(schema));
    if (typeof check !== "function") {
      expect(check.length).toBeGreaterThan(0);
      refused += tests.length;
      continue;
    }
    for (const one of tests) {
      if ((check(one.data) === null) === one.valid) right += 1;
      else wrong.push(`${description}: ${one.description}`);
    }
  }
  return { right, wrong, refused };
}

function jsonIn(folder: string): readonly string[] {
  return readdirSync(join(SUITE, folder))
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name));
}

function sum(figures: readonly Figures[]) {
  const total = (count: (one: Figures) => number): number =>
    figures.reduce((all, one) => all + count(one), 0);
  return {
    right: total(({ right }) => right),
    wrong: total(({ wrong }) => wrong.length),
    refused: total(({ refused }) => refused),
  };
}

/** Of these the suite's own words say that a format is checked only if the author wants it; here it always is. */
const ANNOTATION = "format.json";

describe("of the tests of the JSON Schema project,", () => {
  test("every schema is checked as they say, or refused", () => {
    const files = jsonIn(".").filter((file) => file !== ANNOTATION);
    const figures = files.map(runSuite);

    expect(figures.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(sum(figures)).toEqual({ right: 1012, wrong: 0, refused: 118 });
  });

  test("the optional ones are, too", () => {
    const figures = jsonIn("optional").map(runSuite);

    expect(figures.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(sum(figures)).toEqual({ right: 138, wrong: 0, refused: 19 });
  });

  test("those of formats fail only where a format is an annotation by default, and is checked here", () => {
    const { wrong } = runSuite(ANNOTATION);

    expect(wrong.filter((name) => !name.endsWith("only an annotation by default"))).toEqual([]);
  });

  test("formats are checked as far as ajv-formats knows them", () => {
    const figures = jsonIn("optional/format").map((file) => [file, runSuite(file)] as const);
    const wrong = figures
      .filter(([, one]) => one.wrong.length > 0)
      .map(([file, one]) => [file.replace(/^.*\/|\.json$/g, ""), one.wrong.length]);

    expect(Object.fromEntries(wrong)).toEqual({
      "date-time": 3,
      duration: 2,
      "ecmascript-regex": 1,
      email: 5,
      hostname: 24,
      uri: 3,
      "uri-reference": 6,
      "uri-template": 3,
      uuid: 1,
    });
    expect(sum(figures.map(([, one]) => one))).toEqual({ right: 564, wrong: 48, refused: 0 });
  });
});
