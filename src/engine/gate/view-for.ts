import { type FileValue, findFileValues } from "../../shared/file-value.ts";
import type { ExecutionView, StepPage, StepView } from "../api/executions.ts";
import { type Masker, maskMembers } from "../execution/projections/sensitive.ts";
import { MASK } from "../model/mask.ts";
import type { ReadonlyState } from "../model/state.ts";

/** The view of a run for a reader who does not see what is sensitive. */
export function maskView(view: ExecutionView, masker: Masker | null): ExecutionView {
  if (masker === null) return view;
  const { variables, steps, stepResults, ...rest } = view;
  const shown = masker.value(rest);
  return {
    ...shown,
    variables: masker.value(maskMembers(variables, masker.variables)),
    steps: maskEach(steps, masker),
    stepResults: masker.value(
      Object.fromEntries(
        Object.entries(stepResults).map(([id, result]) => [
          id,
          masker.steps.has(id) ? { ...result, output: MASK } : result,
        ]),
      ),
    ),
    masked: true,
  };
}

/** A page of the timeline for a reader who does not see what is sensitive. */
export function maskSteps(page: StepPage, masker: Masker | null): StepPage {
  if (masker === null) return page;
  return { ...page, steps: maskEach(page.steps, masker), masked: true };
}

function maskEach(steps: readonly StepView[], masker: Masker): readonly StepView[] {
  return masker.value(
    steps.map((step) => (masker.steps.has(step.stepId) ? { ...step, output: MASK } : step)),
  );
}

/** A file of an execution by its reference; `null`: there is none, or its value is masked. */
export function findFile(
  { variables, output, steps }: ReadonlyState,
  ref: string,
  masker: Masker | null,
): FileValue | null {
  const shown = [
    ...Object.entries(variables).map(([name, value]) =>
      masker?.variables.has(name) ? null : value,
    ),
    ...steps.map((step) => (masker?.steps.has(step.stepId) ? null : step.output)),
    output,
  ];
  for (const value of shown) {
    const file = findFileValues(value).find((one) => one.ref === ref);
    if (file === undefined) continue;
    const masked = masker === null ? file : masker.value(file);
    return masked.ref === ref ? masked : null;
  }
  return null;
}
