import { AppError } from "../../../shared/errors.ts";
import type { Json } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import type { CompiledStep, CompiledWorkflow } from "../../definition/compile.ts";
import { findRoute } from "../../definition/graph.ts";
import { outputVariableOf } from "../../definition/written-names.ts";
import type { AttemptCost, ExecutionEvent, StepCompleted, StepError } from "../../model/events.ts";
import { type ReadonlyState, ROOT } from "../../model/state.ts";
import { executionScope } from "./execution-scope.ts";
import { outputFault, tooLarge } from "./size-limits.ts";

/** The route that ends a body. */
const ROUTE_END = "end";

/** The route of what no other one names. */
const ROUTE_DEFAULT = "default";

/** What a model gave besides the output, and what people edited. */
export type ModelAnswer = Partial<
  Pick<StepCompleted, "rawOutput" | "reason" | "confidence" | "edited">
>;

/** The event that ends a step with an output: where it goes next is decided here. */
export function completeStep(
  step: CompiledStep,
  path: string,
  output: Json,
  cost: AttemptCost & ModelAnswer,
  at: number,
  route?: string,
): readonly ExecutionEvent[] {
  const { rawOutput: _text, reason: _why, confidence: _how, edited: _edits, ...spent } = cost;
  const fault = outputFault(step.definition.id, output);
  if (fault) return endStepWithError(step, path, fault, spent, at);
  const next = route ?? routeFor(step, output);
  if (next === undefined) {
    const error: StepError = {
      code: "route_missing",
      message:
        `Step "${step.definition.id}" gave ${JSON.stringify(output)?.slice(0, 200)}, and its "next" has neither a route for that nor a default ` +
        `(it has: ${[...step.routes.keys()].join(", ")}). Add the route or a default.`,
      retryable: false,
    };
    return endStepWithError(step, path, error, spent, at);
  }
  return [
    {
      type: "step_completed",
      path,
      stepId: step.definition.id,
      output,
      ...cost,
      ...variableOf(step),
      next: next === ROUTE_END ? null : next,
      at,
    },
  ];
}

/** The event that ends a step without one, by its `onFailure`. */
export function endStepWithError(
  step: CompiledStep,
  path: string,
  error: StepError,
  cost: AttemptCost,
  at: number,
  outcomeUnknown = false,
): readonly ExecutionEvent[] {
  const { id: stepId, onFailure, fallbackStep } = step.definition;
  if (onFailure === "skip") {
    const next = routeFor(step, null);
    if (next !== undefined) {
      return [
        {
          type: "step_skipped",
          path,
          stepId,
          error,
          ...(outcomeUnknown && { outcomeUnknown }),
          ...cost,
          ...variableOf(step),
          next: next === ROUTE_END ? null : next,
          at,
        },
      ];
    }
  }
  return [
    {
      type: "step_failed",
      path,
      stepId,
      error,
      ...(outcomeUnknown && { outcomeUnknown }),
      ...cost,
      ...variableOf(step),
      // A definition names one with "onFailure": "fallback" alone.
      ...omitUndefined({ next: fallbackStep }),
      at,
    },
  ];
}

/**
 * Where an output leads: `ROUTE_END` for the end of the body, `undefined` when nothing fits.
 *
 * A string goes by itself, numbers and booleans by their text; null, objects and lists by
 * `default`.
 */
function routeFor(step: CompiledStep, output: Json): string | undefined {
  if (step.routes.size === 0) return ROUTE_END;
  const name = findRoute(step.routes, routeKeyFor(step, output)) ?? ROUTE_DEFAULT;
  return step.routes.get(name);
}

function routeKeyFor({ program }: CompiledStep, output: Json): string {
  if (output === null) return ROUTE_DEFAULT;
  if (program.routeKey) return program.routeKey(output);
  return typeof output === "object" ? ROUTE_DEFAULT : String(output);
}

function variableOf(step: CompiledStep): { readonly outputVariable?: string } {
  return omitUndefined({ outputVariable: outputVariableOf(step) });
}

/**
 * The output of a finished run.
 *
 * @throws {AppError} when the definition's `output` expression fails.
 */
export function outputOf(workflow: CompiledWorkflow, state: ReadonlyState): Json {
  const root = state.frames.get(ROOT);
  if (!root) return null;
  if (!workflow.output) return root.lastOutput;
  const output = workflow.output.evaluate(executionScope(state, root, state.start.executionId));
  const fault = tooLarge("The output of the run", output);
  if (fault) throw new AppError({ code: "limit_exceeded", message: fault.message });
  return output;
}
