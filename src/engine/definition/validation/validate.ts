import type { PromptLookup } from "../../language/prompt-ref.ts";
import type { ServiceRegistry } from "../../ports/service.ts";
import { readDocument } from "../parse-document.ts";
import type { ValidationResult } from "../problem.ts";
import { ProblemCollector } from "../problem.ts";
import { Definition } from "../schema.ts";
import type { StepType } from "../step-type.ts";
import type { TriggerType } from "../trigger-type.ts";
import { checkBodies } from "./check-bodies.ts";
import { checkInputs } from "./check-inputs.ts";
import { checkConcurrency, checkOutput, checkReferences } from "./check-references.ts";
import { checkGivenInputs, checkTriggers, variablesOfTriggers } from "./check-triggers.ts";
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
  const findings = new ProblemCollector();
  const definition = check(source, context, findings);
  const { problems, warnings } = findings;
  return { definition: problems.length === 0 ? definition : null, problems, warnings };
}

function check(
  source: unknown,
  context: ValidationContext,
  findings: ProblemCollector,
): Definition | null {
  const document = readDocument(source, findings);
  if (document === null) return null;
  addSchemaProblems(Definition, document, [], findings);
  checkTriggers(document, context.triggerTypes, findings);
  checkGivenInputs(document, context.triggerTypes, findings);
  const declared = checkInputs(document, findings);
  const given = variablesOfTriggers(document, context.triggerTypes);
  const inputs = declared === null ? null : new Set([...declared, ...given]);
  const root = checkBodies(document, context, findings);
  checkReferences(root, { levels: [], inputs }, findings);
  checkConcurrency(document, findings);
  checkOutput(document["output"], { levels: [{ body: root, here: null }], inputs }, findings);
  return Definition.safeParse(document).data ?? null;
}
