import { type Json, readOwn } from "../../../shared/json.ts";
import { toDollars } from "../../../shared/money.ts";
import type { Scope } from "../../language/scope.ts";
import {
  type ReadonlyFrame,
  type ReadonlyState,
  ROOT,
  type StepResult,
} from "../../model/state.ts";
import { framePath } from "../../model/step-path.ts";

/**
 * What a step of `frame` may read: live views on the state. Names resolve from the innermost body
 * outward. Reading a path copies nothing, so entering a step costs the same at step 5 and at step
 * 500; only who asks for all variables or results of a branch at once gets a merged copy.
 *
 * @param key - the idempotency key of the step that reads.
 */
export function executionScope(state: ReadonlyState, frame: ReadonlyFrame, key: string): Scope {
  const { start } = state;
  const bodies = bodiesAround(state, frame);
  const roots = {
    get variables() {
      return merged(bodies, localsOf);
    },
    get stepResults() {
      return merged(bodies, resultsOf);
    },
    execution: {
      id: start.executionId,
      workflowId: start.workflowId,
      workflowName: start.workflowName,
      version: state.version,
      startedAt: new Date(start.at).toISOString(),
      startedBy: start.trigger.userId ?? null,
      idempotencyKey: key,
    },
    trigger: start.trigger,
    executionId: start.executionId,
    workflowId: start.workflowId,
    costAccumulator: toDollars(state.spentNano),
  };
  return { roots, read: (path) => readPath(roots, bodies, path) };
}

/** The body and all around it, the innermost first. */
function bodiesAround(state: ReadonlyState, frame: ReadonlyFrame): readonly ReadonlyFrame[] {
  const bodies = [frame];
  let { path } = frame;
  while (path !== ROOT) {
    // The body around a branch is the one that holds the step that opened it.
    path = framePath(framePath(path));
    const outer = state.frames.get(path);
    if (outer) bodies.push(outer);
  }
  return bodies;
}

type NamesOf<T> = (body: ReadonlyFrame) => Readonly<Record<string, T>>;

const localsOf: NamesOf<Json> = (body) => body.locals;
const resultsOf: NamesOf<StepResult> = (body) => body.results;

/** The names of all bodies; inner ones hide outer ones. */
function merged<T>(
  bodies: readonly ReadonlyFrame[],
  namesOf: NamesOf<T>,
): Readonly<Record<string, T>> {
  const [only] = bodies;
  if (only && bodies.length === 1) return namesOf(only);
  const names: Record<string, T> = Object.create(null);
  return Object.assign(names, ...bodies.toReversed().map(namesOf));
}

function readPath(
  roots: object,
  bodies: readonly ReadonlyFrame[],
  path: readonly string[],
): Json | undefined {
  const [root, name] = path;
  const isNamed = name !== undefined && (root === "variables" || root === "stepResults");
  const namesOf: NamesOf<unknown> = root === "variables" ? localsOf : resultsOf;
  let value: unknown = isNamed
    ? bodies.map(namesOf).find((names) => Object.hasOwn(names, name))
    : roots;
  for (const part of isNamed ? path.slice(1) : path) value = readOwn(value, part);
  return isPresent(value) ? value : undefined;
}

/** All leaves of the state are JSON already; only what is missing must be distinguished. */
function isPresent(value: unknown): value is Json {
  return value !== undefined;
}
