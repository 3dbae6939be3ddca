import { counted } from "../../../shared/counted.ts";
import { AppError } from "../../../shared/errors.ts";
import type { CompiledBody, CompiledStep, CompiledWorkflow } from "../../definition/compile.ts";
import { END } from "../../definition/graph.ts";
import { MAX_STEPS } from "../../definition/schema.ts";
import { EACH } from "../../definition/step-type.ts";
import type { ReadonlyState } from "../../model/state.ts";

/**
 * Checks before the first item of a list that the run may execute as many steps as all items take
 * at least, so that it does not end in the middle of what it does.
 *
 * @throws {AppError} `limit_exceeded`, with the numbers.
 */
export function checkItemsFit(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  step: CompiledStep,
  count: number,
): void {
  const { maxSteps } = workflow.definition.limits;
  const used = state.entered - state.enteredBefore + 1;
  const body = step.bodies.get(EACH);
  const each = body ? fewestSteps(body) : 1;
  const needed = used + count * each;
  if (needed <= maxSteps) return;
  const steps = counted(each, "step");
  const left = Math.max(0, maxSteps - used);
  const fix =
    needed > MAX_STEPS
      ? `Work through the list in parts: limits.maxSteps may be ${MAX_STEPS} at most.`
      : `Raise limits.maxSteps to ${needed} or more, or work through the list in parts.`;
  throw new AppError({
    code: "limit_exceeded",
    message: `"items" gave ${counted(count, "item")}, which take ${steps} each at least, ${count * each} in all; limits.maxSteps is ${maxSteps}, of which ${left} are left. No item was begun. ${fix}`,
  });
}

/** How many steps a body takes at least if none of them fails for good. */
function fewestSteps({ first, steps }: CompiledBody): number {
  const seen = new Set<string>();
  let level = [first];
  for (let depth = 1; level.length > 0; depth += 1) {
    const following: string[] = [];
    for (const id of level) {
      const step = steps.get(id);
      if (seen.has(id) || !step) continue;
      seen.add(id);
      const targets = followersOf(step);
      if (targets.includes(END)) return depth;
      following.push(...targets);
    }
    level = following;
  }
  return 1;
}

function followersOf({ routes, program, definition }: CompiledStep): readonly string[] {
  const { fallbackStep } = definition;
  return [
    ...(routes.size === 0 ? [END] : routes.values()),
    ...(program.alsoNext ?? []).map(({ stepId }) => stepId),
    ...(fallbackStep === undefined ? [] : [fallbackStep]),
  ];
}
