import { expect, test } from "vitest";
import { executionScope } from "../../src/engine/execution/execution-scope.ts";
import type { ExecutionState, Frame } from "../../src/engine/execution/state.ts";
import { EXECUTION_FIELDS, SCOPE_ROOTS } from "../../src/engine/scope.ts";

test("the names that definitions are checked against are those that steps can read", () => {
  const start = {
    executionId: "e",
    workflowId: "w",
    workflowName: "W",
    version: 1,
    at: 0,
    trigger: { type: "api" },
  };
  const state = { start, variables: {}, spentNano: 0 } as unknown as ExecutionState;
  const { roots } = executionScope(state, { results: {} } as unknown as Frame, "key");
  expect(Object.keys(roots).sort()).toEqual([...SCOPE_ROOTS].sort());
  expect(Object.keys(roots["execution"] as object).sort()).toEqual([...EXECUTION_FIELDS].sort());
});
