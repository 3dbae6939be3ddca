import { expect, test } from "vitest";
import { executionScope } from "../../src/engine/execution/execution-scope.ts";
import { ROOT } from "../../src/engine/execution/state.ts";
import { EXECUTION_FIELDS, SCOPE_ROOTS } from "../../src/engine/scope.ts";
import { PureRun, workflow } from "../support/pure-run.ts";

test("the names that definitions are checked against are those that steps can read", () => {
  const { state } = new PureRun(workflow([{ id: "only", type: "scripted" }]));
  const root = state.frames.get(ROOT);
  if (!root) throw new Error("every execution has a root body");

  const { roots } = executionScope(state, root, "key");

  expect(Object.keys(roots).sort()).toEqual([...SCOPE_ROOTS].sort());
  expect(Object.keys(roots["execution"] ?? {}).sort()).toEqual([...EXECUTION_FIELDS].sort());
});
