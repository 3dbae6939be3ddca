import { compileExpression, type Expression } from "../expression.ts";
import type { StepProgram, StepType } from "../steps/step-type.ts";
import type { Definition, StepDefinition } from "./schema.ts";

/** One step with its program and its routes. */
export interface CompiledStep {
  readonly definition: StepDefinition;
  readonly type: StepType;
  readonly program: StepProgram;
  /** Routing key → step id or `end`; empty when the step has no `next`. */
  readonly routes: ReadonlyMap<string, string>;
}

/** A checked definition, ready to be executed. Holds no state of an execution and never changes. */
export interface CompiledWorkflow {
  readonly definition: Definition;
  /** Id of the step that a run begins with. */
  readonly first: string;
  readonly steps: ReadonlyMap<string, CompiledStep>;
  /** The expression of the run's output; `null`: the output of the last root step. */
  readonly output: Expression | null;
}

/**
 * Makes a definition executable.
 *
 * @throws {AppError} when the definition was not checked before: an unknown step type, a broken expression.
 */
export function compileDefinition(
  definition: Definition,
  stepTypes: ReadonlyMap<string, StepType>,
): CompiledWorkflow {
  const steps = new Map<string, CompiledStep>();
  for (const step of definition.steps) {
    const type = stepTypes.get(step.type);
    if (!type) throw new Error(`There is no step type "${step.type}".`);
    steps.set(step.id, {
      definition: step,
      type,
      program: type.bind(step.config),
      routes: routesOf(step),
    });
  }
  const first = definition.steps[0];
  if (!first) throw new Error("A definition has at least one step.");
  return {
    definition,
    first: first.id,
    steps,
    output: definition.output === undefined ? null : compileExpression(definition.output),
  };
}

/** The routes of a step as a map: a string `next` means the default. */
export function routesOf(step: Pick<StepDefinition, "next">): ReadonlyMap<string, string> {
  if (step.next === undefined) return new Map();
  if (typeof step.next === "string") return new Map([["default", step.next]]);
  return new Map(Object.entries(step.next));
}
