import type { Json, JsonObject } from "../../shared/json.ts";

/** Named prompts: versions that never change, and which of them are used. */
export interface PromptStore {
  get(name: string): Promise<PromptRecord | null>;
  /** By name. */
  list(): Promise<readonly PromptRecord[]>;
  /** Replaces the prompt with this name, or stores it. */
  save(prompt: PromptRecord): Promise<void>;
  /** @returns `false` if the number is taken: its text never changes. */
  insertVersion(version: PromptVersionRecord): Promise<boolean>;
  getVersion(name: string, version: number): Promise<PromptVersionRecord | null>;
  /** Newest number first. */
  listVersions(name: string): Promise<readonly PromptVersionRecord[]>;
}

/** One version of a named prompt. */
export interface PromptVersionId {
  readonly name: string;
  readonly version: number;
}

export interface PromptVersionRecord extends PromptVersionId {
  readonly text: string;
  /** What is different, in the words of its author. */
  readonly note: string | null;
  /** Slack user id, `api` or `file:<name>`. */
  readonly createdBy: string;
  readonly createdAt: number;
}

/** Which versions of a named prompt are used. */
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

/** Labelled decisions. */
export interface SampleStore {
  /** Replaces the sample with this id, or stores it. */
  save(sample: SampleRecord): Promise<void>;
  /**
   * In order of time, of one moment by id; of one workflow, or of what one version of a named
   * prompt decided.
   */
  list(
    of: { readonly workflowId: string } | { readonly prompt: PromptVersionId },
  ): Promise<readonly SampleRecord[]>;
}

/**
 * A decision of a run that a person has labelled: with what the model was given, what it decided,
 * and what would have been right.
 */
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
  /** What the model decided. */
  readonly actual: Json;
  /** What would have been right. */
  readonly expected: Json;
  readonly note: string | null;
  /** Slack user id, or `api`. */
  readonly by: string;
  readonly at: number;
}

/** Where labelled samples are kept as files. */
export interface SampleFiles {
  /**
   * Samples of a decision, a JSON object on each line, with the place for errors; `null`: there are
   * none.
   */
  read(
    workflowId: string,
    stepId: string,
  ): Promise<{ readonly text: string; readonly place: string } | null>;
}
