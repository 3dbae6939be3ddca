import type { JsonObject } from "../../../shared/json.ts";
import { findTemplates } from "../../language/template.ts";
import type { PartialBody } from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";

/**
 * Secrets outside of the configurations of steps: in names, descriptions, labels, defaults, triggers. No template is filled
 * there, so that none would come out; but its author expects one.
 */
export function checkSecrets(
  definition: JsonObject,
  root: PartialBody,
  collector: ProblemCollector,
): void {
  const { steps: _, ...document } = definition;
  checkMembers(document, [], collector);
  checkSteps(root, collector);
}

function checkSteps(body: PartialBody, collector: ProblemCollector): void {
  for (const { source, path, bodies } of body.steps) {
    const { config: _, ...members } = source;
    checkMembers(members, path, collector);
    for (const inner of bodies) checkSteps(inner, collector);
  }
}

function checkMembers(
  members: JsonObject,
  base: readonly PropertyKey[],
  collector: ProblemCollector,
): void {
  for (const { path, template } of findTemplates(members, () => {})) {
    const place = [...base, ...path];
    const secret = template.paths.find(([name]) => name === "secrets")?.[1];
    if (secret === undefined || collector.hasProblemAt(place)) continue;
    collector.problem(
      place,
      `the secret ${secret} must not stand here`,
      "Use {{secrets.NAME}} in the parameters of a service step alone.",
    );
  }
}
