import type { Scope } from "../../../src/engine/language/scope.ts";
import { type Json, type JsonObject, readOwn } from "../../../src/shared/json.ts";

/** A scope over a plain object, as a step sees it. */
export function plainScope(roots: JsonObject): Scope {
  return {
    roots,
    read: (path) => {
      let value: unknown = roots;
      for (const segment of path) value = readOwn(value, segment);
      return value as Json | undefined;
    },
  };
}

export const expenseScope = plainScope({
  variables: {
    amount: 640.5,
    item: "Laptop stand",
    urgent: true,
    note: null,
    tags: ["a", "b"],
    address: { city: "Zürich", "zip code": "8001" },
    "x-y": 1,
  },
  stepResults: {
    "check-severity": { stepId: "check-severity", status: "completed", output: 4, cost: 0.1 },
  },
  executionId: "exec_1",
  workflowId: "expense",
  costAccumulator: 0.1,
  trigger: { type: "slash" },
  execution: { id: "exec_1" },
});
