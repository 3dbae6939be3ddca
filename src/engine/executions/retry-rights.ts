import { AppError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { shorten } from "../../shared/shorten.ts";
import { type CompiledWorkflow, stepAt } from "../definition/compile.ts";
import { writtenNames } from "../definition/written-names.ts";
import type { RedoneEffect } from "../execution/decider/redone-effects.ts";
import type { ReadonlyState } from "../model/state.ts";
import type { Commit } from "../ports/executions.ts";

/**
 * What a person may change of an execution that is retried: members what it was started with, admins
 * what its steps wrote as well. What a decision elsewhere has released stays as it was released.
 *
 * @param names - of the variables that get other values.
 * @throws {AppError} `not_allowed`, naming the variables and what to do.
 */
export function assertMayEdit(
  workflow: CompiledWorkflow,
  { start }: ReadonlyState,
  names: readonly string[],
  isAdmin: boolean,
): void {
  if (names.length === 0) return;
  const { parent, executionId } = start;
  if (parent?.released === true) {
    throw new AppError({
      code: "not_allowed",
      message: `Run ${executionId} was started by a step of run ${parent.executionId} that a decision has released, with these values. Retry it as it is, or retry run ${parent.executionId} with other values: then they are asked for.`,
      details: { executionId: parent.executionId },
    });
  }
  if (isAdmin) return;
  const { inputs } = workflow.definition;
  const { outputs, items } = writtenNames(workflow);
  const isOwn = (name: string): boolean =>
    inputs === undefined ? !outputs.has(name) && !items.has(name) : Object.hasOwn(inputs, name);
  const refused = names.filter((name) => !isOwn(name));
  if (refused.length === 0) return;
  const some = refused.map((name) => `"${name}"`).join(", ");
  const own = Object.keys(inputs ?? {});
  const may = own.length > 0 ? ` You can change ${own.join(", ")}.` : "";
  throw new AppError({
    code: "not_allowed",
    message: `${some} ${refused.length === 1 ? "is not an input" : "are not inputs"} of this workflow but written by its steps: only an admin may change ${refused.length === 1 ? "it" : "them"}.${may}`,
    details: { variables: refused },
  });
}

/**
 * An effect that happened is not repeated by accident: an admin names each step that has it again.
 *
 * @param commits - the execution's log, for what the steps did.
 * @throws {AppError} `effect_done`, naming the steps and what they did.
 */
export function assertNamed(
  workflow: CompiledWorkflow,
  redone: readonly RedoneEffect[],
  commits: readonly Commit[],
  { again, isAdmin }: { readonly again: readonly string[]; readonly isAdmin: boolean },
): void {
  const missing = redone.filter(({ stepId }) => !isAdmin || !again.includes(stepId));
  if (missing.length === 0) return;
  const effects = missing.map(({ stepId, path, does }) => ({
    step: stepId,
    does: does ?? describeEffect(workflow, path, commits),
  }));
  const list = effects.map(({ step, does }) => `"${step}" (${does})`).join("; ");
  const ids = [...new Set(missing.map(({ stepId }) => stepId))].join(",");
  const how = isAdmin
    ? `To have it done again, say so: again=${ids}.`
    : `Retry from a later step; an admin can have it done again with again=${ids}.`;
  throw new AppError({
    code: "effect_done",
    message: `This was done already and would be done again: ${list}. ${how}`,
    details: { steps: effects },
  });
}

/** What an entry of a step did, in one sentence, shortened. @param commits - the execution's log. */
export function describeEffect(
  workflow: CompiledWorkflow,
  path: string,
  commits: readonly Commit[],
): string {
  const params = paramsOf(path, commits);
  return shorten(stepAt(workflow, path).program.effect?.describe(params ?? {}) ?? path, 200);
}

/** As the entry began. */
function paramsOf(path: string, commits: readonly Commit[]): JsonObject | undefined {
  for (const { events } of commits.toReversed()) {
    for (const event of events.toReversed()) {
      if (event.type === "step_started" && event.path === path && event.params) return event.params;
    }
  }
  return undefined;
}
