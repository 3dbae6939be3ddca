import type { StepType } from "../definition/step-type.ts";
import { type AiDecisionOptions, createAiDecision } from "./ai-decision.ts";
import { approval } from "./approval.ts";
import { foreach } from "./foreach.ts";
import { parallel } from "./parallel.ts";
import { service } from "./service.ts";
import { transform } from "./transform.ts";
import { wait } from "./wait.ts";
import { workflow } from "./workflow.ts";

/**
 * Every kind of step that definitions may name, by name.
 *
 * @param options - of AI steps: the model of those that name none, and what models cost.
 */
export function createStepTypes(options: AiDecisionOptions): ReadonlyMap<string, StepType> {
  const types: readonly StepType[] = [
    createAiDecision(options),
    service,
    transform,
    parallel,
    foreach,
    approval,
    wait,
    workflow,
  ];
  return new Map(types.map((type) => [type.kind, type]));
}
