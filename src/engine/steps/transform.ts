import { z } from "zod";
import { isAppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import {
  type ConfigProblem,
  defineStepType,
  OutputVariable,
  type StepProgram,
} from "../definition/step-type.ts";
import { Meter } from "../language/cel/meter.ts";
import { compileExpression, type Expression } from "../language/expression.ts";

const TransformConfig = z.strictObject({
  /** CEL; its value is the output. */
  expression: z.string().optional(),
  /** CEL for each member of an object, which is the output. */
  set: z.record(z.string().min(1).max(100), z.string()).optional(),
  outputVariable: OutputVariable.optional(),
});
type TransformConfig = z.output<typeof TransformConfig>;

/** Calculates a value from what is known, without calling anything; the value is the route. */
export const transform = defineStepType({
  kind: "transform",
  summary: "Calculates a value, or an object of values, with CEL expressions.",
  config: TransformConfig,
  hasAttempts: false,
  check: checkTransform,
  bind: bindTransform,
});

function checkTransform(config: TransformConfig): readonly ConfigProblem[] {
  if ((config.expression === undefined) === (config.set === undefined)) {
    return [
      {
        path: [],
        message:
          config.set === undefined
            ? "there is nothing to calculate"
            : "both expression and set are given",
        fix: 'Give "expression" for one value or "set" for an object of named values, not both.',
      },
    ];
  }
  return sourcesOf(config).flatMap(({ path, source }) => {
    try {
      compileExpression(source);
      return [];
    } catch (error) {
      if (!isAppError(error)) throw error;
      return [{ path, message: error.message, fix: "Correct the CEL expression." }];
    }
  });
}

function sourcesOf(
  config: TransformConfig,
): readonly { path: readonly string[]; source: string }[] {
  const single =
    config.expression === undefined ? [] : [{ path: ["expression"], source: config.expression }];
  const members = Object.entries(config.set ?? {}).map(([name, source]) => ({
    path: ["set", name],
    source,
  }));
  return [...single, ...members];
}

function bindTransform(config: TransformConfig): StepProgram {
  const expressions = sourcesOf(config).map(({ path, source }) => ({
    path,
    expression: compileExpression(source),
  }));
  return {
    enter: ({ scope }) => {
      const meter = new Meter();
      const [first] = expressions;
      if (config.set === undefined)
        return { kind: "complete", output: first?.expression.evaluate(scope, meter) ?? null };
      const members = expressions.map(({ path, expression }): [string, Json] => [
        path[1] ?? "",
        expression.evaluate(scope, meter),
      ]);
      return { kind: "complete", output: Object.fromEntries(members) };
    },
    routes: config.set === undefined ? { kind: "open" } : { kind: "none" },
    timeoutMs: 0,
    expressions: expressions satisfies readonly { expression: Expression }[],
  };
}
