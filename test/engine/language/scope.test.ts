import { expect, test } from "vitest";
import { executionScope } from "../../../src/engine/execution/decider/execution-scope.ts";
import { EXECUTION_FIELDS, SCOPE_ROOTS } from "../../../src/engine/language/scope.ts";
import { ROOT } from "../../../src/engine/model/state.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

test("the names that definitions are checked against are those that steps can read", () => {
  const { state } = new ExecutionHarness(workflow([{ id: "only", type: "scripted" }]));
  const root = state.frames.get(ROOT);
  if (!root) throw new Error("every execution has a root body");

  const { roots } = executionScope(state, root, "key");

  expect(Object.keys(roots).sort()).toEqual([...SCOPE_ROOTS].sort());
  expect(Object.keys(roots["execution"] ?? {}).sort()).toEqual([...EXECUTION_FIELDS].sort());
});

test("a step of a branch reads all variables and results around it, the inner ones first, and what was spent", () => {
  const inner: JsonObject[] = [
    {
      id: "note",
      type: "transform",
      config: { expression: "'inner'", outputVariable: "word" },
    },
    {
      id: "read",
      type: "scripted",
      config: {
        all: "{{variables}}",
        word: "{{variables.word}}",
        other: "{{variables.other}}",
        results: "{{stepResults}}",
        spent: "{{costAccumulator}}",
        by: "{{execution.startedBy}}",
      },
    },
  ];
  const run = new ExecutionHarness(
    workflow([
      { id: "before", type: "scripted", next: "all" },
      { id: "all", type: "parallel", config: { branches: [{ id: "a", steps: inner }] } },
    ]),
    { word: "outer", other: 1 },
  );

  run.end("before", { kind: "ok", output: 7, costNano: 250_000_000 });

  expect(run.activeStep("read").params).toMatchObject({
    all: { word: "inner", other: 1 },
    word: "inner",
    other: 1,
    results: { before: { output: 7 }, note: { output: "inner" } },
    spent: 0.25,
    by: "U0ALICE",
  });
  expect(run.state.variables).toEqual({ word: "outer", other: 1 });
});
