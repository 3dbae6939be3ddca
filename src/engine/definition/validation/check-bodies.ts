import type { JsonObject } from "../../../shared/json.ts";
import {
  type PartialBody,
  type PartialStep,
  type RawBody,
  readBody,
} from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";
import { checkRoutes } from "./check-routes.ts";
import { checkSteps, type StepContext } from "./check-steps.ts";
import { symbolsOf } from "./symbols.ts";

/** Steps of a definition, those of all bodies together. */
const MAX_STEPS = 1000;
/** Bodies within bodies. */
const MAX_NESTED_BODIES = 5;

/** Checks the steps of the root and of every body within, and how they lead on. @returns the root body. */
export function checkBodies(
  document: JsonObject,
  context: StepContext,
  collector: ProblemCollector,
): PartialBody {
  const place = { id: "", path: ["steps"], isRoot: true };
  const check = new BodyCheck(context, collector);
  const raw = readBody(document["steps"], place);
  const root = check.body(raw, 0);
  // The schema reports a list that is too long by itself.
  if (check.total > MAX_STEPS && raw.steps.length <= MAX_STEPS) {
    collector.problem(
      ["steps"],
      `the definition has more than ${MAX_STEPS} steps, those in branches counted`,
      "Split the workflow.",
    );
  }
  return root;
}

class BodyCheck {
  /** Steps seen so far; a body with which there are too many is not checked. */
  total = 0;
  readonly #context: StepContext;
  readonly #collector: ProblemCollector;

  constructor(context: StepContext, collector: ProblemCollector) {
    this.#context = context;
    this.#collector = collector;
  }

  body(raw: RawBody, depth: number): PartialBody {
    this.total += raw.steps.length;
    const looked = this.total > MAX_STEPS ? [] : raw.steps;
    const checked = checkSteps(looked, this.#context, this.#collector);
    const steps = checked.map((step) => ({ ...step, bodies: this.#bodiesOf(step, depth + 1) }));
    const body = { ...raw, steps };
    return { ...body, graph: checkRoutes(body, this.#collector) };
  }

  #bodiesOf(step: Omit<PartialStep, "bodies">, depth: number): readonly PartialBody[] {
    const places = step.type?.bodiesIn?.(step.config) ?? [];
    if (places.length === 0) return [];
    if (depth > MAX_NESTED_BODIES) {
      this.#collector.problem(
        [...step.path, "config"],
        `steps are nested deeper than ${MAX_NESTED_BODIES} levels`,
        "Flatten them.",
      );
      return [];
    }
    const bodies = places.map(({ id, path, steps, item }) =>
      this.body(
        readBody(steps, { id, path: [...step.path, "config", ...path], isRoot: false, item }),
        depth,
      ),
    );
    this.#checkWrites(bodies);
    return bodies;
  }

  /** After the join only one value of a name could stand, and it would not be defined which. */
  #checkWrites(bodies: readonly PartialBody[]): void {
    const first = new Map<string, PartialBody>();
    for (const body of bodies) {
      for (const [name, writers] of symbolsOf(body).variables) {
        const other = first.get(name);
        if (other === undefined) first.set(name, body);
        for (const { step } of other === undefined ? [] : writers) {
          this.#collector.problem(
            [...step.path, "config", "outputVariable"],
            `"${name}" is written in the branch "${other?.id ?? ""}" too`,
            "Give each branch names of its own: after the join only one value could stand.",
          );
        }
      }
    }
  }
}
