import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changed, problemsOf, sample, validate } from "../sample.ts";

test("a good definition has no problems and no warnings, and its defaults are filled in", () => {
  const { definition, problems, warnings } = validate(sample());
  expect([problems, warnings]).toEqual([[], []]);
  expect(definition?.limits.maxSteps).toBe(500);
  expect(definition?.steps[0]?.retryPolicy).toEqual({ maxRetries: 2, backoffMs: 1000 });
});

test("everything that is wrong comes at once", () => {
  const source = {
    id: "-",
    steps: [
      {
        id: "a",
        type: "pick",
        config: { words: ["x"], prompt: "{{secrets.KEY}} {{variables.nope}}" },
        next: { x: "zz" },
        onFailure: "skp",
      },
      { id: "a", type: "nope" },
      7,
    ],
    inputs: { n: { type: "number", default: "x" } },
    output: "(",
    triggers: [{ type: "nope" }],
  };
  expect(
    validate(source)
      .problems.map(({ path }) => path)
      .sort(),
  ).toEqual([
    "id",
    "inputs.n.default",
    "name",
    "output",
    "steps[0].config.prompt",
    "steps[0].config.prompt",
    "steps[0].next.x",
    "steps[0].onFailure",
    "steps[1].id",
    "steps[1].type",
    "steps[2]",
    "triggers[0].type",
  ]);
});

describe("hostile documents", () => {
  test.for([
    [null, "the definition is not a JSON object"],
    ["{}", "the definition is not a JSON object"],
    [[], "the definition is not a JSON object"],
    [{ id: new Date() }, "id: this is not a JSON value but object"],
    [{ id: Number.NaN }, "id: this number is not finite"],
    [{ id: undefined }, "this is not a JSON value but undefined"],
    [{ id: 1n }, "this is not a JSON value but bigint"],
    [
      JSON.parse('{"steps": [{"config": {"__proto__": {"x": 1}}}]}'),
      'steps[0].config.__proto__: the name "__proto__" is not allowed',
    ],
    [
      JSON.parse(`{"a": ${"[".repeat(200)}${"]".repeat(200)}}`),
      "the definition is nested deeper than 60 levels",
    ],
    [
      JSON.parse(`{"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
      "the definition is nested deeper than 60 levels",
    ],
    [{ id: "x".repeat(1_000_001) }, "characters of JSON; at most 1000000 are allowed"],
  ] as const)("%#: one clear problem", ([source, text]) => {
    const problems = problemsOf(source);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(text);
  });

  test("names of the prototype and emoji are names like others", () => {
    const source = changed(["steps", 0, "config", "words"], ["constructor", "toString", "😀"]);
    Reflect.set(Reflect.get(Reflect.get(source, "steps") as object, 0) as object, "next", {
      "😀": "ask",
      default: "pay",
    });
    expect(problemsOf(source)).toEqual([]);
    expect(problemsOf(changed(["constructor"], 1))).toHaveLength(1);
    expect(problemsOf(changed(["steps", 2, "type"], "constructor")).join()).toContain(
      "there is no step type",
    );
    expect(problemsOf(changed(["triggers", 0, "type"], "toString")).join()).toContain(
      "there is no trigger type",
    );
  });

  test("many problems are counted, not all listed", () => {
    const steps = Array.from({ length: 500 }, (_, i) => ({ id: `s${i}`, type: "nope" }));
    const { problems } = validate({ id: "a", name: "A", steps });
    expect(problems).toHaveLength(201);
    expect(problems.at(-1)?.message).toBe("there are 799 more");
  });

  test("a thousand steps that refer to each other take a second at most, more are refused", () => {
    const step = (i: number) => ({
      id: `s${i}`,
      type: "call",
      config: { to: i === 0 ? "" : `{{stepResults.s${i - 1}.output}} {{stepResults.s0.output}}` },
      next: i < 999 ? `s${i + 1}` : "end",
    });
    const begun = performance.now();
    const source = { id: "a", name: "A", steps: Array.from({ length: 1000 }, (_, i) => step(i)) };
    expect(validate(source)).toMatchObject({ problems: [], warnings: [] });
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(problemsOf({ ...source, steps: [...source.steps, step(1000)] }).join("\n")).toContain(
      '"steps" has to have at most 1000 elements',
    );
  });

  test("anything at all is answered", () => {
    fc.assert(
      fc.property(fc.anything(), (source) => void validate(source)),
      { numRuns: 200 },
    );
    const places = [
      ["id"],
      ["name"],
      ["inputs"],
      ["triggers"],
      ["output"],
      ["limits"],
      ["steps"],
      ["steps", 0],
      ["steps", 0, "config"],
      ["steps", 0, "next"],
      ["steps", 1, "config"],
      ["steps", 1, "fallbackStep"],
      ["inputs", "amount"],
      ["steps", 0, "config", "words"],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (path, value) => {
        const { definition, problems } = validate(changed(path, value));
        expect(definition === null).toBe(problems.length > 0);
      }),
      { numRuns: 1000 },
    );
  });
});
