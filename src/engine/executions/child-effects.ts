import { isAppError } from "../../shared/errors.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { placeOf } from "../definition/release-plan.ts";
import { effectsOf, type RedoneEffect, type Reentry } from "../execution/decider/redone-effects.ts";
import type { ChildStarted } from "../model/children.ts";
import { stepIdOf } from "../model/step-path.ts";
import type { Commit } from "../ports/executions.ts";
import type { LoadedExecution } from "../runtime/worker.ts";
import { describeEffect } from "./retry-rights.ts";

export interface ChildEffectsOptions {
  /** @throws {AppError} `execution_not_found`. */
  readonly load: (executionId: string) => Promise<LoadedExecution>;
  readonly log: (executionId: string) => Promise<readonly Commit[]>;
}

/**
 * A step that waited for another workflow starts it anew when it is entered again: what the former
 * run did would be done once more.
 *
 * @returns an entry for each effect of such runs, under the step that started them.
 */
export async function redoneInChildren(
  workflow: CompiledWorkflow,
  commits: readonly Commit[],
  { isEntered, isAskedFor }: Reentry,
  options: ChildEffectsOptions,
): Promise<readonly RedoneEffect[]> {
  const children = childrenOf(commits).filter(
    ({ path }) => isEntered(path) && !isAskedFor(placeOf(workflow, path)),
  );
  const redone: RedoneEffect[] = [];
  for (const { path, childId } of children) {
    for (const does of await effectsIn(childId, options))
      redone.push({ stepId: stepIdOf(path), path, does: `run ${childId}: ${does}` });
  }
  return redone;
}

/** What an execution, and those that it started and waited for, did outside. */
async function effectsIn(
  executionId: string,
  options: ChildEffectsOptions,
): Promise<readonly string[]> {
  const loaded = await options.load(executionId).catch((error: unknown) => {
    // It was never begun.
    if (isAppError(error, "execution_not_found")) return null;
    throw error;
  });
  if (!loaded) return [];
  const { workflow, state } = loaded;
  const commits = await options.log(executionId);
  const children = childrenOf(commits);
  // A run that was waited for stands with what it did; one that goes its own way was begun.
  const own = effectsOf(workflow, state)
    .filter(({ path }) => !children.some((child) => child.path === path))
    .map(({ path }) => describeEffect(workflow, path, commits));
  const inner: string[] = [];
  for (const { childId } of children) inner.push(...(await effectsIn(childId, options)));
  return [...own, ...inner];
}

function childrenOf(commits: readonly Commit[]): readonly ChildStarted[] {
  return commits.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === "child_started" && event.waits ? [event] : [])),
  );
}
