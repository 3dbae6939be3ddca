import { didYouMean } from "../../../shared/did-you-mean.ts";
import type { Json } from "../../../shared/json.ts";
import { findTemplates } from "../../language/template.ts";
import type { PartialBody, PartialStep } from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";
import type { Level } from "./reference.ts";
import { symbolsOf } from "./symbols.ts";

/** The type of the steps that ask people. */
const APPROVAL = "approval";

/** Checks of approvals what depends on the steps and inputs around them: who is kept apart from whom, and who names the approvers. */
export function checkApprovals(
  body: PartialBody,
  outer: readonly Level[],
  inputs: ReadonlySet<string> | null,
  collector: ProblemCollector,
): void {
  for (const step of body.steps) {
    const levels = [{ body, here: step.id }, ...outer];
    if (step.type?.kind === APPROVAL) {
      checkDistinctFrom(step, levels, collector);
      checkApprovers("approvers", step, inputs, collector);
      checkApprovers("escalateTo", step, inputs, collector);
    }
    for (const inner of step.bodies) checkApprovals(inner, levels, inputs, collector);
  }
}

function checkDistinctFrom(
  { path, config }: PartialStep,
  levels: readonly Level[],
  collector: ProblemCollector,
): void {
  textsIn(config["distinctFrom"]).forEach(({ text: id, index }) => {
    const place = [...path, "config", "distinctFrom", index];
    const level = levels.find(({ body }) => symbolsOf(body).results.has(id));
    const found = level && symbolsOf(level.body).results.get(id);
    if (!level || !found) {
      const ids = levels.flatMap(({ body }) => approvalsIn(body));
      const fix = `Approvals are ${ids.join(", ") || "none but this one"}.${didYouMean(id, ids)}`;
      collector.problem(place, `there is no step "${id.slice(0, 60)}"`, fix);
    } else if (found.step.type !== null && found.step.type.kind !== APPROVAL) {
      const fix = "Name an approval: of other steps no person is the decider.";
      collector.problem(place, `step "${id}" is not an approval`, fix);
    } else if (level.here !== null && !level.body.graph.canPrecede(found.after, level.here)) {
      const fix = "Name an approval that comes before this one, or ask in another order.";
      collector.problem(place, `step "${id}" cannot have been decided before this one`, fix);
    }
  });
}

function approvalsIn(body: PartialBody): readonly string[] {
  return [...symbolsOf(body).results].flatMap(([id, { step }]) =>
    step.type?.kind === APPROVAL ? [id] : [],
  );
}

/** Inputs are filled in by the person who starts the run. */
function checkApprovers(
  member: "approvers" | "escalateTo",
  { path, config }: PartialStep,
  inputs: ReadonlySet<string> | null,
  collector: ProblemCollector,
): void {
  for (const { text, index } of textsIn(config[member])) {
    const named = findTemplates(text, () => {}).flatMap(({ template }) =>
      template.paths.flatMap(([root, name]) =>
        root === "variables" && name !== undefined && inputs?.has(name) ? [name] : [],
      ),
    );
    for (const name of new Set(named)) {
      collector.warn(
        [...path, "config", member, index],
        `the input "${name}" says who may decide, and the person who starts the run fills it in`,
        "Name people or a user group, or look the approver up in a step. Starters cannot name themselves.",
      );
    }
  }
}

function textsIn(
  list: Json | undefined,
): readonly { readonly text: string; readonly index: number }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((text: Json, index) => (typeof text === "string" ? [{ text, index }] : []));
}
