import { didYouMean } from "../../../shared/did-you-mean.ts";
import { isAppError } from "../../../shared/errors.ts";
import { formatPath } from "../../../shared/format-path.ts";
import type { PartialStep, RawStep } from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";
import type { CheckContext, StepProgram, StepType } from "../step-type.ts";
import { addSchemaProblems } from "./schema-problems.ts";

/** What steps may name. */
export interface StepContext extends CheckContext {
  readonly stepTypes: ReadonlyMap<string, StepType>;
}

/** Checks each step by itself and ties it to its type. */
export function checkSteps(
  steps: readonly RawStep[],
  context: StepContext,
  collector: ProblemCollector,
): readonly Omit<PartialStep, "bodies">[] {
  const { stepTypes } = context;
  checkIds(steps, collector);
  return steps.map((step) => {
    const type = typeOf(step, stepTypes, collector);
    if (type === null) return { ...step, type, program: null };
    checkAttempts(step, type, stepTypes, collector);
    checkOnFailure(step, collector);
    return { ...step, type, program: bindStep(step, type, context, collector) };
  });
}

function checkIds(steps: readonly RawStep[], collector: ProblemCollector): void {
  const first = new Map<string, RawStep>();
  for (const step of steps) {
    const same = first.get(step.id);
    if (same === undefined) first.set(step.id, step);
    else if (step.id !== "") {
      collector.problem(
        [...step.path, "id"],
        `"${step.id}" is the id of ${formatPath(same.path)} too`,
        "Give each step an id of its own.",
      );
    }
  }
}

function typeOf(
  step: RawStep,
  stepTypes: ReadonlyMap<string, StepType>,
  collector: ProblemCollector,
): StepType | null {
  const kind = step.source["type"];
  if (typeof kind !== "string") return null;
  const type = stepTypes.get(kind);
  if (type !== undefined) return type;
  const kinds = [...stepTypes.keys()];
  collector.problem(
    [...step.path, "type"],
    `there is no step type "${kind.slice(0, 60)}"`,
    `Known types: ${kinds.join(", ")}.${didYouMean(kind, kinds)}`,
  );
  return null;
}

function checkAttempts(
  step: RawStep,
  type: StepType,
  stepTypes: ReadonlyMap<string, StepType>,
  collector: ProblemCollector,
): void {
  if (type.hasAttempts) return;
  const kinds = [...stepTypes.values()]
    .filter((other) => other.hasAttempts)
    .map((other) => other.kind);
  const only = kinds.length === 0 ? "" : ` Only these are attempted again: ${kinds.join(", ")}.`;
  for (const key of ["retryPolicy", "timeoutMs", "onUnknown"]) {
    if (step.source[key] === undefined) continue;
    collector.problem(
      [...step.path, key],
      `"${key}" means nothing for a step of type ${type.kind}`,
      `Remove it.${only}`,
    );
  }
}

function checkOnFailure(step: RawStep, collector: ProblemCollector): void {
  const falls = step.source["onFailure"] === "fallback";
  if (falls && step.source["fallbackStep"] === undefined) {
    collector.problem(
      [...step.path, "fallbackStep"],
      '"fallbackStep" is missing',
      'Name the step that "onFailure": "fallback" goes to.',
    );
  }
  if (!falls && step.source["fallbackStep"] !== undefined) {
    collector.problem(
      [...step.path, "onFailure"],
      '"fallbackStep" is given, but failures do not go there',
      'Add "onFailure": "fallback", or remove "fallbackStep".',
    );
  }
}

function bindStep(
  step: RawStep,
  type: StepType,
  context: CheckContext,
  collector: ProblemCollector,
): StepProgram | null {
  const base = [...step.path, "config"];
  if (!type.config.safeParse(step.config).success) {
    addSchemaProblems(type.config, step.config, base, collector);
    return null;
  }
  try {
    const problems = type.check(step.config, context);
    for (const { path, message, fix } of problems)
      collector.problem([...base, ...path], message, fix);
    return problems.length > 0 ? null : type.bind(step.config, context);
  } catch (error) {
    if (!isAppError(error)) throw error;
    // Templates that cannot be read are reported with their place by the check of references.
    if (error.code !== "template_invalid")
      collector.problem(base, error.message, "Correct the configuration.");
    return null;
  }
}
