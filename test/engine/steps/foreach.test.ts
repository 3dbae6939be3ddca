import { describe, expect, test } from "vitest";
import { validateDefinition } from "../../../src/engine/definition/validation/validate.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";
import { realRegistries } from "../../support/registries.ts";

const script = (id: string, rest: JsonObject = {}): JsonObject => ({
  id,
  type: "scripted",
  ...rest,
});
const refused = { kind: "failed", error: { code: "x", message: "No.", retryable: false } } as const;
const pay = script("pay", { config: { to: "{{variables.who}}" } });

/** `each` over `variables.list`, then `after`. */
function loop(
  list: readonly string[],
  config: JsonObject = {},
  steps: readonly JsonObject[] = [pay],
): ExecutionHarness {
  const all = { items: "variables.list", as: "who", steps, ...config };
  const each = { id: "each", type: "foreach", config: all, next: "after" };
  return new ExecutionHarness(workflow([each, script("after")]), { list });
}

/** Keys of the attempts under way. */
function underWay(run: ExecutionHarness): readonly string[] {
  return [...run.state.activeSteps.values()]
    .filter((act) => act.phase === "running")
    .map((a) => a.path);
}

/** Ends the running attempt at a path. */
function end(run: ExecutionHarness, path: string, output: string): void {
  const { attempt, epoch } = run.state.activeSteps.get(path) ?? run.activeStep("pay");
  run.endAt({ path, attempt, epoch, result: { kind: "ok", output, costNano: 0 } });
}

describe("a list that takes more steps than the run may", () => {
  const list = ["a", "b", "c", "d", "e", "f"];
  const items = (steps: readonly JsonObject[], maxSteps: number, rest: JsonObject = {}) => {
    const config = { items: "variables.list", as: "who", steps: [...steps] };
    const each = { id: "each", type: "foreach", config, ...rest };
    return new ExecutionHarness(workflow([each], { limits: { maxSteps } }), { list });
  };

  test("fails before its first item, with the numbers", () => {
    const run = items([pay], 6);
    const { state } = run;
    expect(state.status).toBe("failed");
    expect(run.types()).not.toContain("step_started");
    expect(state.error).toMatchObject({
      code: "limit_exceeded",
      message: expect.stringContaining(
        '"items" gave 6 items, which take 1 step each at least, 6 in all; limits.maxSteps is 6, of which 5 are left. No item was begun. Raise limits.maxSteps to 7 or more',
      ),
    });
    expect(underWay(items([pay], 7))).toEqual(["each#1/0/pay#1"]);
  });

  test("is measured by the shortest way through its steps", () => {
    const way = [
      script("pay", { next: { skip: "end", default: "check" } }),
      script("check"),
      script("tell"),
    ];
    expect(underWay(items(way, 7))).toEqual(["each#1/0/pay#1"]);
    const [, check, tell] = way;
    const straight = items([pay, check ?? {}, tell ?? {}], 18);
    expect(straight.state.error?.message).toContain("3 steps each at least, 18 in all");
    expect(underWay(items([pay, check ?? {}, tell ?? {}], 19))).toHaveLength(1);
  });

  test("is not told to raise the limit beyond what it may be", () => {
    const config = { items: "lists.range(5000)", as: "n", steps: [pay, script("check")] };
    const run = new ExecutionHarness(workflow([{ id: "each", type: "foreach", config }]));
    expect(run.state.error?.message).toMatch(
      /10000 in all; .* No item was begun\. Work through the list in parts: limits\.maxSteps may be 10000 at most\.$/,
    );
  });

  test("takes the step's own way out", () => {
    const { state } = items([pay], 6, { onFailure: "skip" });
    expect(state.status).toBe("completed");
  });
});

describe("a list", () => {
  test("is worked through one item after the other, each under a name and a key of its own", () => {
    const run = loop(["ann", "bob"]);
    expect(underWay(run)).toEqual(["each#1/0/pay#1"]);
    expect(run.activeStep("pay")).toMatchObject({
      params: { to: "ann" },
      key: "exec_1/each#1/0/pay#1",
    });

    run.end("pay", { kind: "ok", output: "paid ann" });
    expect(run.activeStep("pay").params).toEqual({ to: "bob" });
    run.end("pay", { kind: "ok", output: "paid bob" });

    expect(run.output("each")).toEqual([
      { index: 0, status: "completed", output: "paid ann" },
      { index: 1, status: "completed", output: "paid bob" },
    ]);
    expect(run.activeStep("after").phase).toBe("running");
  });

  test("has as many items under way as concurrency says, and its output stays in order", () => {
    const run = loop(["a", "b", "c", "d"], { concurrency: 2 });
    expect(underWay(run)).toEqual(["each#1/0/pay#1", "each#1/1/pay#1"]);

    end(run, "each#1/1/pay#1", "second");
    expect(underWay(run)).toEqual(["each#1/0/pay#1", "each#1/2/pay#1"]);
    for (const index of [2, 0, 3]) end(run, `each#1/${index}/pay#1`, `item ${index}`);

    expect(run.output("each")).toMatchObject([
      { index: 0, output: "item 0" },
      { index: 1, output: "second" },
      { index: 2, output: "item 2" },
      { index: 3, output: "item 3" },
    ]);
  });

  test("that is empty is done at once", () => {
    expect(loop([]).output("each")).toEqual([]);
  });

  test("fails the step with its first failure, and nothing more is begun", () => {
    const run = loop(["a", "b", "c"], { concurrency: 2 });

    run.end("pay", refused);

    expect(run.state).toMatchObject({
      status: "failed",
      error: { message: "Item 0 failed: No." },
    });
    expect(run.state.activeSteps.size).toBe(0);
  });

  test("goes on over failures with failureMode continue, and the output tells which", () => {
    const run = loop(["a", "b"], { failureMode: "continue" });

    run.end("pay", refused).end("pay", { kind: "ok", output: 1 });

    expect(run.output("each")).toEqual([
      { index: 0, status: "failed", output: null, error: "No." },
      { index: 1, status: "completed", output: 1 },
    ]);
  });

  test("that is none fails the step and says what came instead", () => {
    const each = { id: "each", type: "foreach", config: { items: "variables.x", steps: [pay] } };
    const run = new ExecutionHarness(workflow([each]), { x: { a: 1 } });

    expect(run.state.error?.message).toBe('"items" has to give a list, and gave {"a":1}.');
  });

  test("leaves neither variables nor results of its items behind", () => {
    const run = loop(["a"], {}, [script("pay", { config: { outputVariable: "receipt" } })]);

    run.end("pay", { kind: "ok", output: 7 });

    expect(run.state.variables).toEqual({ list: ["a"] });
    expect(Object.keys(run.state.frames.get("")?.results ?? {})).toEqual(["each"]);
    expect(run.state.frames.size).toBe(1);
  });

  test("can hold branches, and these approvals: every item keeps its place", () => {
    const ask = {
      id: "ask",
      type: "approval",
      config: { title: "{{variables.who}}?", approvers: ["U0BOB"] },
      next: { approve: "end", reject: "end" },
    };
    const fork = {
      id: "fork",
      type: "parallel",
      config: {
        branches: [
          { id: "people", steps: [ask] },
          { id: "money", steps: [pay] },
        ],
      },
    };
    const run = loop(["ann", "bob"], {}, [fork]);

    run.end("pay", { kind: "ok", output: 1 });
    expect([...run.state.openRequests]).toEqual(["exec_1/each#1/0/fork#1/people/ask#1"]);
    run.vote("U0BOB", "approve");

    const second = run.state.requests.get("exec_1/each#1/1/fork#1/people/ask#1");
    expect(second?.opened.title).toBe("bob?");
    expect(run.activeStep("pay").params).toEqual({ to: "bob" });
  });
});

describe("the checks", () => {
  const check = (steps: readonly JsonObject[]): readonly string[] => {
    const source = { id: "w", name: "W", inputs: { list: { type: "text" } }, steps };
    const { problems } = validateDefinition(source, realRegistries());
    return problems.map(({ path, message }) => `${path}: ${message}`);
  };
  const each = (expression: string, rest: JsonObject = {}): JsonObject => ({
    id: "each",
    type: "foreach",
    config: {
      items: "[1, 2]",
      as: "who",
      steps: [{ id: "say", type: "transform", config: { expression } }],
      ...rest,
    },
    next: "after",
  });
  const after = (expression: string): JsonObject => ({
    id: "after",
    type: "transform",
    config: { expression },
  });

  test("know the item within its body and nowhere else", () => {
    expect(check([each("variables.who"), after("1")])).toEqual([]);
    expect(check([each("1"), after("variables.who")])[0]).toContain("there is no such variable");
    expect(check([each("who"), after("1")])[0]).toContain('"who" is not known');
  });

  test("know what the output holds", () => {
    expect(check([each("1"), after("stepResults.each.output[0].status")])).toEqual([]);
    expect(check([each("1"), after("stepResults.each.output[0].result")])[0]).toContain(
      'there is no member "result"',
    );
    expect(check([each("1"), after("stepResults.say.output")])[0]).toContain(
      'there is no step "say"',
    );
  });

  test("find what is wrong with the list and with inner steps", () => {
    expect(check([each("1", { items: "1 +" }), after("1")])).toEqual([
      "steps[0].config.items: The expression ends too early",
    ]);
    expect(check([each("variables.nobody"), after("1")])[0]).toContain(
      "steps[0].config.steps[0].config.expression: variables.nobody: there is no such variable",
    );
  });
});
