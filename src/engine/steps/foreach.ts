import { z } from "zod";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { StepDefinition } from "../definition/schema.ts";
import {
  type BodyPlace,
  type ConfigProblem,
  defineStepType,
  EACH,
  type ItemsNext,
  type ItemsProgress,
  OutputVariable,
  type StepProgram,
} from "../definition/step-type.ts";
import { compileExpression } from "../language/expression.ts";
import type { ItemEnd } from "../model/state.ts";

/** Items of one list. More belong into a database, or into runs of their own. */
const MAX_ITEMS = 10_000;

const ForeachConfig = z.strictObject({
  /** CEL that gives a list. */
  items: z.string().min(1),
  /** The variable that holds the item within its body. */
  as: OutputVariable.default("item"),
  steps: z.array(StepDefinition).min(1).max(100),
  /** How many items are under way at a time. */
  concurrency: z.int().min(1).max(100).default(1),
  failureMode: z.enum(["fail", "continue"]).default("fail"),
  outputVariable: OutputVariable.optional(),
});
type ForeachConfig = z.output<typeof ForeachConfig>;

/**
 * Executes its steps once for each item of a list, at most `concurrency` at a time, begun in the order of the list. With
 * `failureMode` `fail` the first item that fails ends the step; with `continue` the output says how each ended.
 */
export const foreach = defineStepType({
  kind: "foreach",
  summary: "Executes steps for each item of a list, one after the other or several at a time.",
  config: ForeachConfig,
  hasAttempts: false,
  bodiesIn,
  check: checkForeach,
  bind: bindForeach,
});

function bodiesIn({ steps, as }: JsonObject): readonly BodyPlace[] {
  if (!Array.isArray(steps)) return [];
  return [{ id: EACH, path: ["steps"], steps, item: typeof as === "string" ? as : "item" }];
}

function checkForeach({ items }: ForeachConfig): readonly ConfigProblem[] {
  try {
    compileExpression(items);
    return [];
  } catch (error) {
    if (!isAppError(error)) throw error;
    const fix = "Write a CEL expression that gives a list, such as stepResults.fetch.output.rows.";
    return [{ path: ["items"], message: error.message, fix }];
  }
}

function bindForeach(config: ForeachConfig): StepProgram {
  const { as, steps, concurrency, failureMode } = config;
  const expression = compileExpression(config.items);
  return {
    enter: ({ scope }) => ({ kind: "each", items: toItems(expression.evaluate(scope)), as }),
    bodies: [{ id: EACH, steps }],
    nextItems: (progress) => nextItems(progress, concurrency, failureMode),
    routes: { kind: "none" },
    timeoutMs: 0,
    expressions: [{ path: ["items"], expression }],
  };
}

function toItems(value: Json): readonly Json[] {
  if (!Array.isArray(value)) {
    throw new AppError({
      code: "params_invalid",
      message: `"items" has to give a list, and gave ${(JSON.stringify(value) ?? "").slice(0, 80)}.`,
    });
  }
  if (value.length > MAX_ITEMS) {
    throw new AppError({
      code: "limit_exceeded",
      message: `"items" gave ${value.length} items; a step takes ${MAX_ITEMS} at most. Work through them in parts.`,
    });
  }
  return value;
}

function nextItems(
  { total, opened, open, failed, ends }: ItemsProgress,
  concurrency: number,
  failureMode: ForeachConfig["failureMode"],
): ItemsNext {
  if (failed && failureMode === "fail") {
    const { code, message } = failed.error;
    const error = { code, message: `Item ${failed.index} failed: ${message}`, retryable: false };
    return { kind: "fail", error };
  }
  const count = Math.min(concurrency - open, total - opened);
  if (count > 0) return { kind: "open", count };
  return open > 0 ? { kind: "wait" } : { kind: "complete", output: ends.map(toOutput) };
}

function toOutput({ status, output, error }: ItemEnd, index: number): Json {
  return { index, status, output, ...(error && { error: error.message }) };
}
