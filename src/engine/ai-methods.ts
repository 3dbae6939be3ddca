import type { AiMethods } from "./api/ai.ts";
import type { StepType } from "./definition/step-type.ts";
import { decisionsOf, toDecisions } from "./evaluation/audit.ts";
import {
  type EvaluationsOptions,
  runEvaluation,
  type SampleFiles,
} from "./evaluation/evaluations.ts";
import { labelDecision } from "./evaluation/label-decision.ts";
import type { Executions } from "./executions/executions.ts";
import type { Clock } from "./ports/clock.ts";
import type { ModelClient } from "./ports/model.ts";
import type { Store } from "./ports/store.ts";
import type { PromptLibrary } from "./prompts/prompt-library.ts";
import { Prompts } from "./prompts/prompts.ts";
import { problemsWithPrompt } from "./workflows/check-prompt-use.ts";
import type { Workflows } from "./workflows/workflows.ts";

export interface AiMethodsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly model: ModelClient;
  readonly defaultModel: string;
  readonly stepTypes: ReadonlyMap<string, StepType>;
  readonly hideSecrets: (text: string) => string;
  readonly sampleFiles: SampleFiles;
  readonly concurrency: number;
  readonly library: PromptLibrary;
  readonly workflows: Workflows;
  readonly executions: Executions;
}

/** What can be asked about AI decisions, and done with their prompts. */
export function createAiMethods(options: AiMethodsOptions): AiMethods {
  const { store, clock, library, workflows, executions } = options;
  const evaluations: EvaluationsOptions = {
    ...options,
    files: options.sampleFiles,
    workflow: (workflowId) => workflows.get(workflowId),
  };
  return {
    audit: async (executionId, stepId) => {
      const { workflowId, workflowVersion } = await executions.get(executionId);
      const all = toDecisions(await store.listCalls(executionId));
      const decisions = stepId === undefined ? all : decisionsOf(all, stepId);
      return { executionId, workflowId, workflowVersion, decisions };
    },
    prompts: new Prompts({
      store,
      clock,
      library,
      problemsWith: (name, text) => problemsWithPrompt(workflows, library, name, text),
    }),
    evaluate: (request) => runEvaluation(request, evaluations),
    label: (request) => labelDecision(request, options),
    listSamples: async (workflowId) => {
      await workflows.active(workflowId);
      return store.listSamples({ workflowId });
    },
  };
}
