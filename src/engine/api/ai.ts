import type { AuditView } from "../evaluation/audit.ts";
import type { EvaluationReport, EvaluationsRequest } from "../evaluation/evaluations.ts";
import type { LabelRequest } from "../evaluation/label-decision.ts";
import type { SampleRecord } from "../ports/prompt-records.ts";
import type { Prompts } from "../prompts/prompts.ts";

/** What the bot and the web may do with AI decisions and prompts; a part of `Engine`. */
export interface AiMethods {
  /**
   * What models were asked in an execution, what they answered and what was made of it.
   *
   * @param stepId - this step alone. @throws {AppError} `execution_not_found`, `input_invalid` for a step that asked no model.
   */
  audit(executionId: string, stepId?: string): Promise<AuditView>;
  /** Named prompts. */
  readonly prompts: Prompts;
  /**
   * Asks a workflow's decisions for their labelled samples, with its own prompt and model or with others, and compares.
   *
   * @throws {AppError} `workflow_not_found`, `input_invalid` (unknown step, no samples), `prompt_not_found`.
   */
  evaluate(request: EvaluationsRequest): Promise<EvaluationReport>;
  /**
   * Keeps what a person says of a decision: it becomes a sample, and counts in the figures of its prompt.
   *
   * @throws {AppError} `execution_not_found`, `input_invalid`.
   */
  label(request: LabelRequest): Promise<SampleRecord>;
  /** The decisions of a workflow that people have labelled, oldest first. @throws {AppError} `workflow_not_found`. */
  listSamples(workflowId: string): Promise<readonly SampleRecord[]>;
}
