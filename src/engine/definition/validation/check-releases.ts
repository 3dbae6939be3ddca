import { didYouMean } from "../../../shared/did-you-mean.ts";
import { asAppError } from "../../../shared/errors.ts";
import { compileExpression } from "../../language/expression.ts";
import { writePath } from "../../language/missing-value.ts";
import { SCOPE_ROOTS } from "../../language/scope.ts";
import { type CompiledWorkflow, compileDefinition } from "../compile.ts";
import type { PartialBody, PartialStep } from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";
import { releasePlan } from "../release-plan.ts";
import type { Definition } from "../schema.ts";
import type { CheckContext, ReleaseBound, StepType } from "../step-type.ts";

/**
 * Checks what approvals say of the steps that they release: that there are such steps, that a choice
 * leads to them, that they change something, and that the conditions can be evaluated.
 *
 * @param definition - without other problems.
 */
export function checkReleases(
  definition: Definition,
  root: PartialBody,
  context: CheckContext & { readonly stepTypes: ReadonlyMap<string, StepType> },
  collector: ProblemCollector,
): void {
  const bounded = stepsIn(root, "").filter(({ step }) => step.program?.asks?.releases.length);
  if (bounded.length === 0) return;
  const workflow = compileDefinition(definition, context.stepTypes, context);
  for (const { place, step } of bounded) {
    step.program?.asks?.releases.forEach((bound, index) => {
      const path = [...step.path, "config", "releases", index];
      checkStep(workflow, place, bound, path, collector);
      checkCondition(root, bound, path, collector);
    });
  }
}

function checkStep(
  workflow: CompiledWorkflow,
  approval: string,
  { step }: ReleaseBound,
  path: readonly PropertyKey[],
  collector: ProblemCollector,
): void {
  const ids = releasePlan(workflow)
    .releasesOf(approval)
    .map((release) => release.step.definition.id);
  if (ids.includes(step)) return;
  const list =
    ids.length === 0 ? "it releases none" : `it releases ${[...new Set(ids)].join(", ")}`;
  collector.problem(
    path,
    `no choice of the approval leads to a step "${step.slice(0, 60)}" that changes something outside: ${list}`,
    `Name one of them, or leave it out.${didYouMean(step, ids)}`,
  );
}

function checkCondition(
  root: PartialBody,
  { when }: ReleaseBound,
  path: readonly PropertyKey[],
  collector: ProblemCollector,
): void {
  if (when === undefined) return;
  const place = [...path, "when"];
  try {
    const ids = new Set(stepsIn(root, "").map(({ step }) => step.id));
    const { paths, testedPaths } = compileExpression(when);
    for (const reference of [...paths, ...testedPaths]) {
      const [name = "", id = ""] = reference;
      if (!SCOPE_ROOTS.some((known) => known === name))
        collector.problem(
          place,
          `"${name.slice(0, 60)}" is not known`,
          `Paths begin with ${SCOPE_ROOTS.join(", ")}.${didYouMean(name, SCOPE_ROOTS)}`,
        );
      else if (name === "stepResults" && !ids.has(id))
        collector.problem(
          place,
          `${writePath(reference)}: there is no step "${id.slice(0, 60)}"`,
          `Steps are ${[...ids].join(", ")}.${didYouMean(id, [...ids])}`,
        );
    }
  } catch (error) {
    collector.problem(place, asAppError(error).message, "Correct the CEL expression.");
  }
}

interface PlacedStep {
  readonly place: string;
  readonly step: PartialStep;
}

function stepsIn(body: PartialBody, holder: string): readonly PlacedStep[] {
  return body.steps.flatMap((step): readonly PlacedStep[] => {
    const place = holder === "" ? step.id : `${holder}/${step.id}`;
    const inner = step.bodies.flatMap((one) => stepsIn(one, `${place}/${one.id}`));
    return [{ place, step }, ...inner];
  });
}
