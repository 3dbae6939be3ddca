import { isJsonObject } from "../../../shared/json.ts";
import { routesBack } from "../graph.ts";
import type { PartialBody, PartialStep } from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";
import { InputDefinition } from "../schema.ts";
import { checkInput } from "./check-inputs.ts";

/** Checks what an approval lets people edit, and that a limit of rounds limits something; in inner bodies, too. */
export function checkApprovalOptions(body: PartialBody, collector: ProblemCollector): void {
  for (const step of body.steps) {
    if (step.type?.kind === "approval") {
      checkEditable(step, collector);
      checkRounds(step, body.steps, collector);
    }
    for (const inner of step.bodies) checkApprovalOptions(inner, collector);
  }
}

function checkEditable({ path, config }: PartialStep, collector: ProblemCollector): void {
  const { editable } = config;
  if (!isJsonObject(editable)) return;
  for (const [name, source] of Object.entries(editable)) {
    const field = InputDefinition.safeParse(source).data;
    if (field !== undefined)
      checkInput([...path, "config", "editable", name], name, field, collector);
  }
}

function checkRounds(
  { id, path, config }: PartialStep,
  steps: readonly PartialStep[],
  collector: ProblemCollector,
): void {
  if (config["maxRounds"] === undefined) return;
  const around = steps.map((step) => ({
    id: step.id,
    next: step.next,
    alsoNext: (step.program?.alsoNext ?? []).map(({ stepId }) => stepId),
  }));
  if (routesBack(around, id).length > 0) return;
  collector.problem(
    [...path, "config", "maxRounds"],
    "it limits nothing: no choice leads back to this step whatever happens",
    `Route a choice to a step whose "next" leads to "${id}" again, or remove maxRounds.`,
  );
}
