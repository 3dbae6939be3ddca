import { type Json, type JsonObject, readOwn, toJson } from "../../shared/json.ts";
import type { Sample } from "../api/evaluation.ts";
import type { Definition } from "../definition/schema.ts";
import type { Scope } from "../language/scope.ts";

/** What the step reads: the sample, with the defaults of inputs that it leaves out. */
export function scopeOf(
  { id, name, inputs = {}, version }: Definition,
  sample: Sample,
  key: string,
): Scope {
  const defaults: JsonObject = Object.fromEntries(
    Object.entries(inputs).map(([input, { default: value }]) => [input, value ?? null]),
  );
  const roots: Readonly<Record<string, Json>> = {
    variables: { ...defaults, ...sample.inputs },
    stepResults: sample.stepResults ?? {},
    execution: {
      id: "eval",
      workflowId: id,
      workflowName: name,
      version: version ?? 1,
      startedAt: "1970-01-01T00:00:00.000Z",
      startedBy: null,
      idempotencyKey: key,
    },
    trigger: { type: "evaluation" },
    executionId: "eval",
    workflowId: id,
    costAccumulator: 0,
  };
  return {
    roots,
    read: (path) => {
      let value: unknown = roots;
      for (const segment of path) value = readOwn(value, segment);
      return value === undefined ? undefined : toJson(value);
    },
  };
}
