import type { Json, JsonObject } from "../../shared/json.ts";

/** One version of a named prompt. */
export interface PromptVersionId {
  readonly name: string;
  readonly version: number;
}

export interface PromptVersionRecord extends PromptVersionId {
  readonly text: string;
  /** What is different, in the words of whoever wrote it. */
  readonly note: string | null;
  /** Slack user id, `api` or `file:<name>`. */
  readonly createdBy: string;
  readonly createdAt: number;
}

/** Which versions of a named prompt are asked. */
export interface PromptRecord {
  readonly name: string;
  readonly active: number;
  /** What was active before; `null`: nothing was. */
  readonly previous: number | null;
  /** Another version that a share of the executions gets instead. */
  readonly split: { readonly version: number; readonly percent: number } | null;
  /** SHA-256 of the text that each file last brought, by file name. */
  readonly files: Readonly<Record<string, string>>;
  readonly updatedBy: string;
  readonly updatedAt: number;
}

/** What a call of a named prompt contributes to its figures. */
export interface PromptCall {
  readonly id: string;
  readonly at: number;
  readonly model: string;
  /** `null`: unknown. */
  readonly costNano: number | null;
  readonly latencyMs: number;
  /** Was the answer used? */
  readonly valid: boolean;
}

/** A decision of a run that a person has labelled: with what AI was asked, what it said, and what would have been right. */
export interface SampleRecord {
  /** `executionId/path`: one label for each decision, the last one stands. */
  readonly id: string;
  readonly workflowId: string;
  readonly stepId: string;
  readonly executionId: string;
  readonly prompt?: PromptVersionId;
  /** The variables as the step saw them. */
  readonly inputs: JsonObject;
  /** Outputs of earlier steps that the prompt reads, as `{stepId: {output: …}}`. */
  readonly stepResults?: JsonObject;
  /** What AI decided. */
  readonly actual: Json;
  /** What would have been right. */
  readonly expected: Json;
  readonly note: string | null;
  /** Slack user id, or `api`. */
  readonly by: string;
  readonly at: number;
}
