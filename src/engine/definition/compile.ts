import { omitUndefined } from "../../shared/omit-undefined.ts";
import { compileExpression, type Expression } from "../language/expression.ts";
import type { NamedPrompt } from "../language/prompt-ref.ts";
import { calledActions } from "./called-actions.ts";
import type { Definition, StepDefinition } from "./schema.ts";
import { type CheckContext, EACH, type StepProgram, type StepType } from "./step-type.ts";

/** One step with its program, its routes and the bodies it holds. */
export interface CompiledStep {
  readonly definition: StepDefinition;
  readonly type: StepType;
  readonly program: StepProgram;
  /** Routing key → step id of the same body, or `end`; empty: whatever the output, the body ends. */
  readonly routes: ReadonlyMap<string, string>;
  /** Bodies by branch id. */
  readonly bodies: ReadonlyMap<string, CompiledBody>;
}

/** Steps that belong together: the root, or a branch. */
export interface CompiledBody {
  /** Id of the step that it begins with. */
  readonly first: string;
  readonly steps: ReadonlyMap<string, CompiledStep>;
}

/** A checked definition, ready to be executed; itself the root body. Holds no state of an execution and never changes. */
export interface CompiledWorkflow extends CompiledBody {
  readonly definition: Definition;
  /** The expression of the run's output; `null`: the output of the last root step. */
  readonly output: Expression | null;
  /** Some step of it, in whatever body, may cost money. */
  readonly mayCost: boolean;
  /** The named prompts of all bodies, each once. */
  readonly promptRefs: readonly string[];
  /** Their texts as one execution asks them, by reference; absent until it is known which execution. */
  readonly prompts?: ReadonlyMap<string, NamedPrompt>;
}

/**
 * Makes a definition executable.
 *
 * @throws {Error} when the definition was not checked before: an unknown step type, a broken expression.
 */
export function compileDefinition(
  definition: Definition,
  stepTypes: ReadonlyMap<string, StepType>,
  context: CheckContext,
): CompiledWorkflow {
  const { inputs } = definition;
  const actions = calledActions(definition.steps, stepTypes, context.services);
  const surroundings = { ...context, actions, ...omitUndefined({ inputs }) };
  const root = compileBody(definition.steps, stepTypes, surroundings, true);
  return {
    ...root,
    definition,
    mayCost: mayCost(root),
    promptRefs: [...new Set(promptRefsOf(root))],
    output: definition.output === undefined ? null : compileExpression(definition.output),
  };
}

/** The step that an entry's path names. @throws {Error} when there is none: deployed versions are immutable, so that is a defect. */
export function stepAt(workflow: CompiledWorkflow, path: string): CompiledStep {
  const step = findStep(workflow, path);
  if (!step) throw new Error(`Workflow ${workflow.definition.id} has no step at ${path}.`);
  return step;
}

/** The step that an entry's path names, perhaps a path of another version; `null`: there is none. */
export function findStep(workflow: CompiledWorkflow, path: string): CompiledStep | null {
  let body: CompiledBody | undefined = workflow;
  let step: CompiledStep | undefined;
  path.split("/").forEach((segment, index) => {
    if (index % 2 === 0) step = body?.steps.get(segment.slice(0, segment.lastIndexOf("#")));
    else body = step?.bodies.get(segment) ?? step?.bodies.get(EACH);
  });
  return step ?? null;
}

function compileBody(
  definitions: readonly StepDefinition[],
  stepTypes: ReadonlyMap<string, StepType>,
  context: CheckContext,
  isRoot: boolean,
): CompiledBody {
  const steps = new Map<string, CompiledStep>();
  definitions.forEach((definition, index) => {
    const type = stepTypes.get(definition.type);
    if (!type) throw new Error(`There is no step type "${definition.type}".`);
    const program = type.bind(definition.config, context);
    const bodies = (program.bodies ?? []).map(({ id, steps: inner }): [string, CompiledBody] => [
      id,
      compileBody(inner, stepTypes, context, false),
    ]);
    // At the root a missing `next` ends the run; in a branch the next step of the list follows.
    const following = isRoot ? undefined : definitions[index + 1]?.id;
    const routes = routesOf({ next: definition.next ?? following });
    steps.set(definition.id, { definition, type, program, routes, bodies: new Map(bodies) });
  });
  const first = definitions[0];
  if (!first) throw new Error("A body has at least one step.");
  return { first: first.id, steps };
}

function mayCost({ steps }: CompiledBody): boolean {
  return [...steps.values()].some(
    ({ program, bodies }) => program.mayCost === true || [...bodies.values()].some(mayCost),
  );
}

function promptRefsOf({ steps }: CompiledBody): readonly string[] {
  return [...steps.values()].flatMap(({ program: { promptRef }, bodies }) => [
    ...(promptRef === undefined ? [] : [promptRef]),
    ...[...bodies.values()].flatMap(promptRefsOf),
  ]);
}

/** The routes of a step as a map: a string `next` means the default. */
function routesOf(step: Pick<StepDefinition, "next">): ReadonlyMap<string, string> {
  if (step.next === undefined) return new Map();
  if (typeof step.next === "string") return new Map([["default", step.next]]);
  return new Map(Object.entries(step.next));
}
