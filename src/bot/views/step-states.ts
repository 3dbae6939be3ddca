import type { ExecutionView, StepView, WaitView } from "../../engine/api/executions.ts";
import { isFinished } from "../../engine/model/state.ts";
import { isWithin } from "../../engine/model/step-path.ts";
import type { CardContext } from "./card-context.ts";

/** Where one step of a run stands. */
export type StepState = {
  readonly key: string;
  readonly stepId: string;
  readonly depth: number;
} & (
  | { readonly state: "over"; readonly step: StepView }
  | { readonly state: "running"; readonly attempt: number }
  /** `null`: other steps are at work, so that the view does not say what it waits for. */
  | { readonly state: "waiting"; readonly wait: WaitView | null }
  | { readonly state: "ahead" }
);

/**
 * The steps of a run in order: those that are over, those under way, and those that come next unless the run ends before; which
 * steps follow a fork is known only when it is taken.
 *
 * A key is unique within the run, and stays.
 */
export function stepStates(view: ExecutionView, context: CardContext): readonly StepState[] {
  const entries = new Map<string, number>();
  const over = view.steps.map((step): StepState => {
    const entry = (entries.get(step.path) ?? 0) + 1;
    entries.set(step.path, entry);
    // A step that continued after a retry ends twice.
    const key = entry === 1 ? step.path : `${step.path}:${entry}`;
    return { key, stepId: step.stepId, depth: depthOf(step.path), state: "over", step };
  });
  if (isFinished(view.status)) return over;
  const active = view.running.map(({ stepId, path, attempt, phase }): StepState => {
    const entry = entries.get(path) ?? 0;
    const key = entry === 0 ? path : `${path}:${entry + 1}`;
    const own = { key, stepId, depth: depthOf(path) };
    const wait = view.waitingOn.find((one) => one.path === path) ?? null;
    const holdsOthers = view.running.some((other) => isWithin(other.path, path));
    return wait !== null || (phase !== "running" && !holdsOthers)
      ? { ...own, state: "waiting", wait }
      : { ...own, state: "running", attempt };
  });
  const last = active.findLast(({ depth }) => depth === 0);
  const ahead = (last === undefined ? [] : context.stepsAfter(last.stepId)).map(
    (stepId): StepState => ({ key: `ahead:${stepId}`, stepId, depth: 0, state: "ahead" }),
  );
  return [...over, ...active, ...ahead];
}

/** How many bodies a step stands in. */
function depthOf(path: string): number {
  return Math.floor((path.split("/").length - 1) / 2);
}
