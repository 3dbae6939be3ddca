import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createCron } from "../../../../src/adapters/node-cron.ts";
import { validateDefinition } from "../../../../src/engine/definition/validation/validate.ts";
import type { Service } from "../../../../src/engine/ports/service.ts";
import { createStepTypes } from "../../../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../../../src/engine/triggers/types/index.ts";
import { problemsOf, validate, warningsOf } from "../sample.ts";

const call = (id: string, to = "", rest: object = {}) => ({
  id,
  type: "call",
  config: { to },
  ...rest,
});
const writes = (id: string, outputVariable: string) => ({
  id,
  type: "call",
  config: { outputVariable },
});
const branch = (id: string, ...steps: readonly object[]) => ({ id, steps });
const fork = (...branches: readonly object[]) => ({
  id: "fork",
  type: "parallel",
  config: { branches },
  next: "after",
});

/** `first` → `fork` with the given branches → `after`. */
function forked(branches: readonly object[], after = "", first = ""): Record<string, unknown> {
  const steps = [call("first", first, { next: "fork" }), fork(...branches), call("after", after)];
  return { id: "w", name: "W", inputs: { amount: { type: "number" } }, steps };
}

const two = [branch("a", call("a1"), call("a2")), branch("b", call("b1"))];

describe("bodies of a step", () => {
  test("are checked like the root, and a missing next goes on to the next step of the list", () => {
    expect(validate(forked(two))).toMatchObject({ problems: [], warnings: [] });
  });

  test.for<readonly [string, readonly object[], string]>([
    [
      "a route to a step that is not there",
      [branch("a", call("a1"), call("a2", "", { next: "a9" }))],
      'steps[1].config.branches[0].steps[1].next: there is no step "a9". A route stays within its branch, whose steps are a1, a2; "end" ends the branch.',
    ],
    [
      "a route out of the branch",
      [branch("a", call("a1", "", { next: "after" }))],
      'steps[1].config.branches[0].steps[0].next: there is no step "after". A route stays within its branch',
    ],
    [
      "a fallback in another branch",
      [
        branch("a", call("a1", "", { onFailure: "fallback", fallbackStep: "b1" })),
        branch("b", call("b1")),
      ],
      'steps[1].config.branches[0].steps[0].fallbackStep: there is no step "b1"',
    ],
    [
      "a step that is passed over",
      [branch("a", call("a1", "", { next: "end" }), call("a2"))],
      'steps[1].config.branches[0].steps[1].id: no route leads to "a2". Name it in the "next" of an earlier step (without "next" the next of the list follows)',
    ],
    [
      "an id twice in one body",
      [branch("a", call("a1"), call("a1"))],
      'steps[1].config.branches[0].steps[1].id: "a1" is the id of steps[1].config.branches[0].steps[0] too',
    ],
    [
      "an unknown type",
      [branch("a", { id: "a1", type: "cal" })],
      'steps[1].config.branches[0].steps[0].type: there is no step type "cal"',
    ],
    [
      "a wrong configuration",
      [branch("a", call("a1"), { id: "a2", type: "call", config: { two: 1 } })],
      'steps[1].config.branches[0].steps[1].config.two: "two" is not known here',
    ],
    [
      "an approval without routes",
      [branch("a", { id: "ok", type: "approval", config: { title: "?", approvers: ["@x"] } })],
      'steps[1].config.branches[0].steps[0].next.approve: "approve" has no route',
    ],
    [
      "a broken template",
      [branch("a", call("a1", "{{"))],
      "steps[1].config.branches[0].steps[0].config.to: A {{ is not closed by }}",
    ],
    [
      "a secret where it would be kept",
      [branch("a", { id: "a1", type: "pick", config: { words: ["x"], prompt: "{{secrets.A}}" } })],
      "steps[1].config.branches[0].steps[0].config.prompt: the secret A must not stand here",
    ],
    [
      "one name written by two branches",
      [branch("a", writes("a1", "x")), branch("b", writes("b1", "x"))],
      'steps[1].config.branches[1].steps[0].config.outputVariable: "x" is written in the branch "a" too',
    ],
    [
      "two branches of one id",
      [branch("a", call("a1")), branch("a", call("b1"))],
      'steps[1].config.branches[1].id: "a" is the id of another branch too',
    ],
    [
      "a result of the branch beside it",
      [branch("a", call("a1")), branch("b", call("b1", "{{stepResults.a1.output}}"))],
      'steps[1].config.branches[1].steps[0].config.to: "a1" cannot have run before "b1"',
    ],
    [
      "a result of the step around it",
      [branch("a", call("a1", "{{stepResults.fork.output}}"))],
      'steps[1].config.branches[0].steps[0].config.to: "fork" cannot have run before "a1"',
    ],
    [
      "a later result of the body around it",
      [branch("a", call("a1", "{{stepResults.after.output}}"))],
      'steps[1].config.branches[0].steps[0].config.to: "after" cannot have run before "a1"',
    ],
    [
      "a variable of the branch beside it",
      [branch("a", writes("a1", "x")), branch("b", call("b1", "{{variables.x}}"))],
      'steps[1].config.branches[1].steps[0].config.to: variables.x, which "a1" writes, cannot have run before "b1"',
    ],
    [
      "an unknown variable",
      [branch("a", call("a1", "{{variables.amuont}}"))],
      'variables.amuont: there is no such variable. Declare it in "inputs"',
    ],
  ])("%s", ([, branches, text]) => {
    const problems = problemsOf(forked(branches));
    expect(problems.join("\n")).toContain(text);
    const path = text.slice(0, text.indexOf(": "));
    if (path.startsWith("steps")) {
      expect(new Set(problems.map((line) => line.split(/[.[]/)[0]))).toEqual(new Set(["steps"]));
    }
  });

  test.for<readonly [string, readonly object[]]>([
    [
      "an earlier step of the branch",
      [branch("a", call("a1"), call("a2", "{{stepResults.a1.output}}"))],
    ],
    ["an earlier step around it", [branch("a", call("a1", "{{stepResults.first.output.x}}"))]],
    [
      "a variable of its own branch",
      [branch("a", writes("a1", "x"), call("a2", "{{variables.x}}"))],
    ],
    ["the same id in two branches", [branch("a", call("send")), branch("b", call("send"))]],
  ])("may refer to or have %s", ([, branches]) => {
    expect(validate(forked(branches))).toMatchObject({ problems: [], warnings: [] });
  });
});

describe("after the join", () => {
  test.for<readonly [string, string | null]>([
    ["{{stepResults.fork.output.a.results.a1.output.x}}", null],
    ["{{stepResults.fork.output.b.status}}", null],
    ["{{stepResults.a2.output}}", null],
    ["{{stepResults.fork.output.c.results.a1}}", 'there is no branch "c". There is a, b.'],
    ["{{stepResults.fork.output.a.result.a1}}", 'no member "result"'],
    ["{{stepResults.fork.output.a.results.b1}}", 'there is no step "b1". There is a1, a2.'],
    ["{{stepResults.fork.output.a.results.a1.otput}}", "fork.output.a.results.a1.output.otput"],
    ["{{stepResults.b9.output}}", 'there is no step "b9"'],
  ])("%s", ([template, text]) => {
    const problems = problemsOf(forked(two, template));
    if (text === null) expect(validate(forked(two, template)).problems).toEqual([]);
    else expect(problems.join("\n")).toContain(text);
  });

  test("a result under its own id is there only where the id is unique", () => {
    const same = [branch("a", call("send")), branch("b", call("send"))];
    expect(problemsOf(forked(same, "{{stepResults.send.output}}")).join()).toContain(
      'there is no step "send"',
    );
    expect(problemsOf(forked(two, "", "{{stepResults.a1.output}}")).join()).toContain(
      '"a1" cannot have run before "first"',
    );
  });

  test("variables of branches are there, and one that is not always written is a warning", () => {
    const sure = [branch("a", writes("a1", "x"), call("a2"))];
    expect(validate(forked(sure, "{{variables.x}}"))).toMatchObject({ problems: [], warnings: [] });
    const maybe = [
      branch(
        "a",
        { id: "p", type: "pick", config: { words: ["y", "n"] }, next: { y: "a1", n: "end" } },
        writes("a1", "x"),
      ),
    ];
    expect(problemsOf(forked(maybe, "{{variables.x}}"))).toEqual([]);
    expect(warningsOf(forked(maybe, "{{variables.x}}")).join()).toContain(
      'variables.x, which "a1" writes, may not have run before "after"',
    );
  });
});

describe("limits", () => {
  test("branches within branches, five deep", () => {
    const nest = (depth: number): object =>
      depth === 0
        ? call("leaf")
        : {
            id: `p${depth}`,
            type: "parallel",
            config: { branches: [branch("a", nest(depth - 1))] },
          };
    const deep = (depth: number) => ({ id: "w", name: "W", steps: [nest(depth)] });
    expect(validate(deep(5)).problems).toEqual([]);
    expect(problemsOf(deep(6)).join()).toContain("steps are nested deeper than 5 levels");
  });

  test("a thousand steps in all", () => {
    const list = (id: string) =>
      branch(id, ...Array.from({ length: 100 }, (_, i) => call(`${id}${i}`)));
    const branches = (count: number) => Array.from({ length: count }, (_, i) => list(`b${i}`));
    expect(problemsOf(forked(branches(9)))).toEqual([]);
    expect(problemsOf(forked(branches(10)))).toEqual([
      "steps: the definition has more than 1000 steps, those in branches counted. Split the workflow.",
    ]);
  });
});

test("the printed definition that notifies all has no problems", () => {
  const action = (names: readonly string[]) => ({
    summary: "Does it.",
    params: z.strictObject(Object.fromEntries(names.map((name) => [name, z.string()]))),
    sideEffect: true,
    onUnknown: "repeat" as const,
    execute: async () => null,
  });
  const services: Readonly<Record<string, Service>> = {
    slack: {
      name: "slack",
      defaultAction: "sendMessage",
      actions: { sendMessage: action(["channel", "message"]) },
    },
    email: { name: "email", defaultAction: "send", actions: { send: action(["to", "subject"]) } },
    database: { name: "database", defaultAction: "query", actions: { query: action(["query"]) } },
  };
  const service = (id: string, config: object) => ({
    id,
    type: "service",
    config,
    next: { default: "end" },
  });
  const notifyAll = {
    id: "notify-all",
    type: "parallel",
    config: {
      failureMode: "continue",
      branches: [
        branch(
          "slack-notify",
          service("send-slack", {
            service: "slack",
            action: "sendMessage",
            channel: "#alerts",
            message: "...",
          }),
        ),
        branch(
          "email-notify",
          service("send-email", { service: "email", action: "send", to: "...", subject: "..." }),
        ),
        branch(
          "log-to-db",
          service("db-insert", {
            service: "database",
            action: "query",
            query: "INSERT INTO audit_log...",
          }),
        ),
      ],
    },
    next: { default: "end" },
  };
  const result = validateDefinition(
    { id: "notify", name: "Notify", version: 1, steps: [notifyAll] },
    {
      stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
      triggerTypes: createTriggerTypes({ cron: createCron() }),
      services: { get: (name) => services[name], names: () => Object.keys(services) },
    },
  );
  expect(result).toMatchObject({ problems: [], warnings: [] });
});
