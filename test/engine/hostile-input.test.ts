import { describe, expect, test } from "vitest";
import { validateDefinition } from "../../src/engine/definition/validation/validate.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { realRegistries } from "../support/registries.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";

const registries = realRegistries();

function problemsOf(source: unknown): readonly string[] {
  return validateDefinition(source, registries).problems.map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

const post = (id: string, message: string, next = "end"): JsonObject => ({
  id,
  type: "service",
  config: { service: "slack", channel: "#general", message },
  next,
});

describe("a definition of monstrous size", () => {
  test("with 10,000 steps is refused in one sentence", () => {
    const steps = Array.from({ length: 10_000 }, (_, index) => ({
      id: `s${index}`,
      type: "wait",
      config: { duration: 1 },
      next: index === 9999 ? "end" : `s${index + 1}`,
    }));

    expect(problemsOf({ id: "w", name: "W", steps })).toEqual([
      'steps: "steps" has to have at most 1000 elements',
    ]);
  });

  test("with 90,000 members is refused in one sentence", () => {
    const members = Object.fromEntries(Array.from({ length: 90_000 }, (_, n) => [`k${n}`, 1]));

    expect(problemsOf({ id: "w", name: "W", steps: [], ...members })).toEqual([
      ": an object has 90003 members; at most 5000 are allowed",
    ]);
  });

  test("with 200 levels of branches is refused in one sentence", () => {
    const nest = (depth: number): JsonObject =>
      depth === 0
        ? post("leaf", "Hello")
        : {
            id: `p${depth}`,
            type: "parallel",
            config: { branches: [{ id: "b", steps: [nest(depth - 1)] }] },
          };

    expect(problemsOf({ id: "w", name: "W", steps: [nest(200)] })).toEqual([
      expect.stringMatching(/^steps\[0\].*: the definition is nested deeper than 60 levels$/),
    ]);
  });

  test.for([
    ["plain text", "x".repeat(1_000_001)],
    ["open braces", "{{".repeat(500_001)],
    ["templates", "{{variables.a}}".repeat(70_000)],
  ] as const)("with a template of a megabyte (%s) is refused in one sentence", ([, message]) => {
    expect(problemsOf({ id: "w", name: "W", steps: [post("a", message)] })).toEqual([
      expect.stringContaining("characters of JSON; at most 1000000 are allowed"),
    ]);
  });

  test.for([
    ["open braces", "{{".repeat(400_000), "A {{ is not closed"],
    ["one path", `{{variables${".a".repeat(400_000)}}}`, "steps[0].config.message: "],
    ["blanks", `{{${" ".repeat(900_000)}}}`, "steps[0].config.message: "],
    ["closing braces", `{{a${"}".repeat(900_000)}`, "steps[0].config.message: "],
  ] as const)("of nearly a megabyte (%s) has an answer", ([, message, said]) => {
    const problems = problemsOf({ id: "w", name: "W", steps: [post("a", message)] });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(said);
    expect(problems[0]?.length).toBeLessThan(500);
  });
});

describe("a run that could go on for ever", () => {
  test("in a cycle ends at maxSteps and says so", async () => {
    await using harness = await WorkflowHarness.open({
      id: "cycle",
      name: "Cycle",
      limits: { maxSteps: 10_000 },
      steps: [
        { id: "a", type: "transform", config: { expression: "1" }, next: { default: "b" } },
        { id: "b", type: "transform", config: { expression: "2" }, next: { default: "a" } },
      ],
    });

    const { status, error, steps } = await harness.start("cycle", {});

    expect(status).toBe("failed");
    expect(steps).toHaveLength(10_000);
    expect(error).toMatchObject({
      code: "limit_exceeded",
      message: expect.stringContaining("The run has executed 10000 steps"),
    });
  });

  test("in a cycle of outputs of a megabyte ends before it fills the memory, also after a restart", async () => {
    const next = { default: "nap" };
    await using harness = await WorkflowHarness.open({
      id: "swell",
      name: "Swell",
      limits: { maxSteps: 10_000 },
      steps: [
        { id: "copy", type: "transform", config: { expression: "variables.text" }, next },
        { id: "nap", type: "wait", config: { duration: "1m" }, next: "copy" },
      ],
    });
    const { executionId } = await harness.engine.executions.start({
      workflowId: "swell",
      variables: { text: "x".repeat(1_000_000) },
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE" },
    });
    const minutes = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) await harness.clock.advance(60_000);
    };

    await minutes(30);
    await harness.restart();
    await minutes(30);

    const { status, error, steps } = await harness.engine.executions.get(executionId);
    expect(status).toBe("failed");
    expect(error).toMatchObject({
      code: "run_too_large",
      message: expect.stringMatching(
        /^The run holds 50\.\d million characters of inputs, .* at most 50\.0 million are kept\./,
      ),
    });
    expect(steps.filter(({ stepId }) => stepId === "copy")).toHaveLength(49);
  });

  test("in an expression ends with what to do, and so does a pattern made to be slow", async () => {
    const slow = "variables.list.map(a, variables.list.map(b, variables.list.map(c, 1)))";
    await using harness = await WorkflowHarness.open({
      id: "slow",
      name: "Slow",
      steps: [
        {
          id: "pattern",
          type: "transform",
          config: { expression: "variables.text.matches('^(a+)+$')" },
          next: { default: "loops" },
        },
        { id: "loops", type: "transform", config: { expression: slow }, next: { default: "end" } },
      ],
    });

    const ended = await harness.start("slow", {
      list: Array.from({ length: 2000 }, (_, index) => index),
      text: `${"a".repeat(10_000)}!`,
    });

    expect(ended.stepResults["pattern"]).toMatchObject({ status: "completed", output: false });
    expect(ended).toMatchObject({ status: "failed", error: { code: "limit_exceeded" } });
  });
});

test("lists within lists end at the limit of steps of the run, before the list that is too much", async () => {
  const each = (as: string, steps: readonly JsonObject[]): JsonObject => ({
    id: `each-${as}`,
    type: "foreach",
    config: { items: "lists.range(300)", as, steps },
  });
  const leaf = { id: "leaf", type: "transform", config: { expression: "1" } };
  await using harness = await WorkflowHarness.open({
    id: "nested",
    name: "Nested",
    limits: { maxSteps: 10_000 },
    steps: [each("a", [each("b", [each("c", [leaf])])])],
  });

  const { status, error } = await harness.start("nested", {});

  expect(status).toBe("failed");
  expect(error?.message).toMatch(
    /^Item 0 failed: Item \d+ failed: "items" gave 300 items, .* limits\.maxSteps is 10000, of which \d+ are left\. No item was begun\./,
  );
});

test("a run begins with a thousand values at most, and says where to put more", async () => {
  await using harness = await WorkflowHarness.open({
    id: "wide",
    name: "Wide",
    steps: [{ id: "a", type: "transform", config: { expression: "variables.size()" } }],
  });
  const values = (count: number): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));

  expect((await harness.start("wide", values(1000))).output).toBe(1000);
  await expect(harness.start("wide", values(1001))).rejects.toMatchObject({
    code: "input_invalid",
    message:
      'The inputs of "wide" do not fit. 1001 values were given, and a run begins with 1000 at most. Put them into one list or object, under one name.',
  });
});

/** Names that are members of every object in JavaScript. */
const INHERITED = ["constructor", "toString", "hasOwnProperty", "valueOf"] as const;

describe("names that every object has", () => {
  test("are names like others for steps, branches, items, inputs, results and routes", async () => {
    await using harness = await WorkflowHarness.open({
      id: "constructor",
      name: "constructor",
      inputs: { constructor: { type: "string" }, toString: { type: "number" } },
      output: "{'constructor': variables.valueOf, 'toString': stepResults.constructor.output}",
      steps: [
        {
          id: "constructor",
          type: "transform",
          config: { set: { constructor: "variables.constructor", toString: "variables.toString" } },
          next: "hasOwnProperty",
        },
        {
          id: "hasOwnProperty",
          type: "parallel",
          config: {
            branches: INHERITED.map((id) => ({
              id,
              steps: [{ id, type: "transform", config: { expression: `'${id}'` } }],
            })),
          },
          next: "each",
        },
        {
          id: "each",
          type: "foreach",
          config: {
            items: "['constructor', 'valueOf']",
            as: "constructor",
            steps: [
              {
                id: "toString",
                type: "transform",
                config: { expression: "variables.constructor" },
              },
            ],
          },
          next: "route",
        },
        {
          id: "route",
          type: "transform",
          config: { expression: "'toString'", outputVariable: "valueOf" },
          next: { constructor: "valueOf", default: "valueOf" },
        },
        {
          id: "valueOf",
          type: "service",
          config: {
            service: "slack",
            channel: "#general",
            message:
              "{{stepResults.hasOwnProperty.output.constructor.results.constructor.output}} {{variables.toString}}",
          },
        },
      ],
    });

    const ended = await harness.start("constructor", { constructor: "given", toString: 7 });

    expect(ended.error).toBeNull();
    expect(ended).toMatchObject({
      status: "completed",
      output: { constructor: "toString", toString: { constructor: "given", toString: 7 } },
      stepResults: { each: { output: [{ output: "constructor" }, { output: "valueOf" }] } },
    });
    expect(harness.calls).toMatchObject([{ params: { message: "constructor 7" } }]);
  });

  test("that no run was given are missing, not inherited", async () => {
    await using harness = await WorkflowHarness.open({
      id: "inherit",
      name: "Inherit",
      steps: INHERITED.map((name, index) => ({
        ...post(`s${index}`, `{{variables.${name}}}`, index < 3 ? `s${index + 1}` : "end"),
        onFailure: "skip",
      })),
    });

    const ended = await harness.start("inherit", {});

    expect(ended.steps.map(({ status }) => status)).toEqual(INHERITED.map(() => "skipped"));
    expect(ended.errors.map(({ code }) => code)).toEqual(INHERITED.map(() => "template_missing"));
  });

  test("__proto__ as a variable, in an answer and in an item is data", async () => {
    const poisoned: JsonObject = JSON.parse('{"__proto__": {"admin": true}, "ok": 1}');
    await using harness = await WorkflowHarness.open(
      {
        id: "proto",
        name: "Proto",
        steps: [
          {
            id: "ask",
            type: "service",
            config: { service: "http", url: "https://example.com" },
            next: "each",
          },
          {
            id: "each",
            type: "foreach",
            config: {
              items: "[variables.data, stepResults.ask.output]",
              steps: [
                {
                  id: "look",
                  type: "transform",
                  config: { expression: "has(variables.item.admin)" },
                },
              ],
            },
            next: "all",
          },
          {
            id: "all",
            type: "transform",
            config: { set: { given: "variables.data", answered: "stepResults.ask.output" } },
          },
        ],
      },
      { services: () => poisoned },
    );

    const ended = await harness.start(
      "proto",
      JSON.parse('{"data": {"__proto__": {"admin": true}}}'),
    );

    expect(ended.status).toBe("completed");
    expect(ended.stepResults["each"]?.output).toMatchObject([{ output: false }, { output: false }]);
    expect(JSON.stringify(ended.output)).toBe(
      '{"given":{"__proto__":{"admin":true}},"answered":{"__proto__":{"admin":true},"ok":1}}',
    );
    expect(Reflect.get({}, "admin")).toBeUndefined();
  });
});
