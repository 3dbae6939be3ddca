import type { Json, JsonObject } from "../../shared/json.ts";
import type { TokenUsage } from "../model/events.ts";
import type { CallRecord } from "../ports/calls.ts";
import type { ModelMessage } from "../ports/model.ts";
import type { PromptVersionId, SampleRecord } from "../ports/prompts.ts";

/** What models were asked, and how well they decide. */
export interface Evaluations {
  /**
   * What models were asked in an execution, what they answered and what was made of it.
   *
   * @param stepId - this step alone.
   * @param reader - as for `executions.get`: what is sensitive is masked for all but starter, approvers and admins.
   * @throws {AppError} `execution_not_found`, `not_allowed`, `input_invalid` for a step that asked no model.
   */
  audit(executionId: string, stepId?: string, reader?: string): Promise<AuditView>;
  /**
   * Asks a workflow's decisions for their labelled samples, with its own prompt and model or with others, and compares.
   *
   * @throws {AppError} `workflow_not_found`, `input_invalid` (unknown step, no samples), `prompt_not_found`; `not_allowed` for a
   * person who may not `edit` the workflow.
   */
  evaluate(request: EvaluationsRequest): Promise<EvaluationReport>;
  /**
   * Keeps what a person says of a decision: it becomes a sample, and counts in the figures of its prompt.
   *
   * @throws {AppError} `execution_not_found`, `input_invalid`; `not_allowed` for those who may not see the run.
   */
  label(request: LabelRequest): Promise<SampleRecord>;
  /** The decisions of a workflow that people have labelled, oldest first. @throws {AppError} `workflow_not_found`; `not_allowed` for a reader who may not `edit` it. */
  listSamples(workflowId: string, reader?: string): Promise<readonly SampleRecord[]>;
}

/** Everything that models were asked and have answered in an execution. */
export interface AuditView {
  readonly executionId: string;
  readonly workflowId: string;
  readonly workflowVersion: number;
  readonly decisions: readonly AiDecisionView[];
  /** Earlier calls than these are left out: a run may have made more than one answer can hold. */
  readonly omitted?: true;
  /** Values that this reader does not see are masked as `•••`. */
  readonly masked?: true;
}

/** One entry of an AI step with all its calls, in order. What it decided is what its last call gave. */
export interface AiDecisionView {
  readonly stepId: string;
  readonly path: string;
  /** The named prompt; absent: the prompt stands in the definition. */
  readonly prompt?: PromptVersionId;
  readonly decided: boolean;
  readonly calls: readonly CallView[];
}

/** One call of a model, whole. Times are ISO 8601 in UTC. */
export interface CallView {
  readonly id: string;
  readonly attempt: number;
  /** Number of the call within its attempt, from 1: a repair and a fallback are calls of their own. */
  readonly call: number;
  readonly at: string;
  readonly model: string;
  readonly messages: readonly ModelMessage[];
  /** The body as the endpoint sent it. */
  readonly response: Json;
  readonly text: string;
  /** What was understood; absent when the answer was not used. */
  readonly value?: Json;
  readonly reason?: string;
  readonly confidence?: number;
  /** Why the answer was not used. */
  readonly problem?: string;
  readonly usage?: TokenUsage;
  /** Dollars; `null`: unknown. */
  readonly cost: number | null;
  readonly priceVersion: string;
  readonly latencyMs: number;
}

/** What a person says of a decision. */
export interface LabelRequest {
  readonly executionId: string;
  /** The entry of the step; its id means the latest entry. */
  readonly path: string;
  /** What would have been right; absent: what AI decided. */
  readonly expected?: Json;
  /** Slack user id, or `api`. */
  readonly by: string;
  readonly note?: string;
}

/** Another prompt or model, in the words of people. */
export interface ArmRequest {
  /** A version of the step's named prompt (`v2`, `2`), or the text of a prompt. */
  readonly prompt?: string;
  readonly model?: string;
}

export interface EvaluationsRequest extends ArmRequest {
  readonly workflowId: string;
  /** One decision; absent: all of the workflow. */
  readonly stepId?: string;
  /** Second arm on the same samples. */
  readonly against?: ArmRequest;
  /** Samples of each decision at most, taken evenly from the whole list: files are often grouped by label. */
  readonly limit?: number;
  readonly capNano: number;
  /** Slack user id, or `api`. Absent: the operator's own script. */
  readonly by?: string;
}

export interface EvaluationReport {
  readonly workflowId: string;
  readonly workflowVersion: number;
  readonly steps: readonly StepReport[];
}

/** How one decision did. */
export interface StepReport {
  readonly stepId: string;
  readonly samples: number;
  readonly arms: readonly ArmReport[];
  /** The first arm against the second; absent with one arm. */
  readonly difference?: Difference;
}

export interface ArmReport {
  readonly label: string;
  readonly figures: Figures;
  readonly outcomes: readonly SampleOutcome[];
}

/** What the outcomes of one arm amount to. */
export interface Figures {
  /** Samples that were asked. */
  readonly asked: number;
  /** Not asked: the cap was reached, or the evaluation was stopped. */
  readonly skipped: number;
  readonly correct: number;
  /** Share of the asked samples that were right; `null` if none was asked. */
  readonly accuracy: Share | null;
  /** Answered, but only after a repair or by the fallback model. */
  readonly repaired: number;
  /** Without a usable answer, by the code of the error. */
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Single calls whose answer could not be used. */
  readonly invalidCalls: number;
  readonly calls: number;
  /** Nano-dollars; a lower bound if some price is unknown. */
  readonly costNano: number;
  readonly costUnknown: boolean;
  readonly latencyMs: { readonly median: number; readonly p95: number } | null;
  /** How often each label was answered with what: rows are labels, columns answers. */
  readonly confusion: readonly ConfusionRow[];
}

/** How one arm does against another on the same samples. */
export interface Difference {
  /** Samples that both were asked. */
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Accuracy of the first less that of the second, with its 95 % interval; `null` without common samples. */
  readonly accuracy: Share | null;
  /** Does the interval leave 0 out? */
  readonly isClear: boolean;
  readonly costNano: number;
  readonly medianMs: number | null;
}

export interface ConfusionRow {
  readonly expected: string;
  readonly answers: readonly { readonly actual: string; readonly count: number }[];
}

/** A share with the interval in which it lies with 95 % confidence; all from 0 to 1. */
export interface Share {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/** What became of one sample. */
export interface SampleOutcome {
  readonly sample: Sample;
  /** `skipped`: the cap was reached, or the evaluation was stopped. */
  readonly status: "answered" | "failed" | "skipped";
  /** What was decided; `null` unless answered. */
  readonly actual: Json;
  readonly correct: boolean;
  /** It took more than one call to get a usable answer. */
  readonly repaired: boolean;
  readonly error?: { readonly code: string; readonly message: string };
  readonly reason?: string;
  readonly confidence?: number;
  readonly calls: readonly CallRecord[];
  /** Known part of the price, in nano-dollars. */
  readonly costNano: number;
  readonly costUnknown: boolean;
  /** Milliseconds of all calls. */
  readonly latencyMs: number;
}

/** What a decision is given in a run, and what would be right. */
export interface Sample {
  /** The variables that the prompt reads; inputs that are left out have their defaults. */
  readonly inputs: JsonObject;
  /** Results of earlier steps that the prompt reads, as `{stepId: {output: …}}`. */
  readonly stepResults?: JsonObject;
  readonly expected: Json;
  /** Why, or what is tricky about it. */
  readonly note?: string;
}

/** Samples of one decision that one evaluation takes at most. */
export const MAX_SAMPLES = 1000;
