import type { PromptLookup } from "../../language/prompt-ref.ts";
import type { ServiceRegistry } from "../../ports/service.ts";
import { readDocument } from "../parse-document.ts";
import { ProblemCollector, type ValidationResult } from "../problem.ts";
import { Definition } from "../schema.ts";
import type { StepType } from "../step-type.ts";
import type { TriggerType } from "../trigger-type.ts";
import { checkApprovalOptions } from "./check-approval-options.ts";
import { checkApprovals } from "./check-approvals.ts";
import { checkBodies } from "./check-bodies.ts";
import { checkInputs } from "./check-inputs.ts";
import { checkConcurrency, checkLabels, checkOutput, checkReferences } from "./check-references.ts";
import { checkReleases } from "./check-releases.ts";
import { checkSecrets } from "./check-secrets.ts";
import { checkTimeLimits } from "./check-time-limits.ts";
import {
  checkGivenInputs,
  checkTriggers,
  checkTriggerValues,
  variablesOfTriggers,
} from "./check-triggers.ts";
import { addSchemaProblems } from "./schema-problems.ts";

/** What a definition may name. */
export interface ValidationContext {
  readonly stepTypes: ReadonlyMap<string, StepType>;
  readonly triggerTypes: ReadonlyMap<string, TriggerType>;
  readonly services: ServiceRegistry;
  /** Absent: definitions may name no prompts. */
  readonly prompts?: PromptLookup;
}

/**
 * Checks a definition: everything that is wrong with it at once, in the words of people who write definitions.
 *
 * Accepts anything at all and never throws for it. A definition with a slip in one place is checked in all others too.
 */
export function validateDefinition(source: unknown, context: ValidationContext): ValidationResult {
  const collector = new ProblemCollector();
  const definition = check(source, context, collector);
  const { problems, warnings } = collector;
  return { definition: problems.length === 0 ? definition : null, problems, warnings };
}

function check(
  source: unknown,
  context: ValidationContext,
  collector: ProblemCollector,
): Definition | null {
  const document = readDocument(source, collector);
  if (document === null) return null;
  addSchemaProblems(Definition, document, [], collector);
  checkTriggers(document, context.triggerTypes, collector);
  checkGivenInputs(document, context.triggerTypes, collector);
  const declared = checkInputs(document, collector);
  const given = variablesOfTriggers(document, context.triggerTypes);
  const inputs = declared === null ? null : new Set([...declared, ...given]);
  const root = checkBodies(document, context, collector);
  checkApprovalOptions(root, collector);
  checkReferences(root, { levels: [], inputs }, collector);
  checkApprovals(root, [], declared, collector);
  checkConcurrency(document, collector);
  checkLabels(document, collector);
  checkSecrets(document, root, collector);
  checkOutput(document["output"], { levels: [{ body: root, here: null }], inputs }, collector);
  const definition = Definition.safeParse(document).data ?? null;
  if (definition) checkTriggerValues(document, definition, context.triggerTypes, collector);
  if (definition) checkTimeLimits(root, definition.limits.timeout, collector);
  if (definition && collector.problems.length === 0)
    checkReleases(definition, root, context, collector);
  return definition;
}
