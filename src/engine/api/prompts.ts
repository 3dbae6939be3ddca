import type { PromptRecord, PromptVersionRecord } from "../ports/prompts.ts";
/** Named prompts: numbered versions that never change, one of them active, another perhaps asked by a share of the executions. */
export interface Prompts {
  /** By name. */
  list(): Promise<readonly PromptRecord[]>;
  /** @throws {AppError} `prompt_not_found`, naming the nearest. */
  get(name: string): Promise<PromptView>;
  /** Stores a text under the next number; a text that some version has already changes nothing. @throws {AppError} `prompt_invalid`. */
  add(draft: PromptDraft): Promise<PromptAdded>;
  /**
   * Stores a file of the prompts folder if it differs from what this file brought last. A version that was made in Slack or by the
   * API stays active: the text is then stored as a version.
   *
   * @returns `null` when there was nothing to do.
   */
  addFile(file: string, text: string): Promise<PromptAdded | null>;
  /**
   * Gives a share of the executions that start from now on another version; the others get the active one. An execution keeps its
   * version to the end.
   *
   * @param percent - from 1 to 99; 0 ends the split.
   * @throws {AppError} `prompt_not_found`, `prompt_invalid`, `input_invalid`.
   */
  split(name: string, version: number, percent: number, by: string): Promise<PromptRecord>;
  /** Makes a version the active one, and ends a split. @throws {AppError} `prompt_not_found`, `prompt_invalid`. */
  promote(name: string, version: number, by: string): Promise<PromptRecord>;
  /** Activates the version that was active before, and ends a split. @throws {AppError} `prompt_not_found`, `input_invalid` if there was none. */
  rollBack(name: string, by: string): Promise<PromptRecord>;
  /** Compares the versions that are or were active. @throws {AppError} `prompt_not_found`. */
  compare(name: string): Promise<PromptComparison>;
}

/** A text that becomes a version of a named prompt. */
export interface PromptDraft {
  readonly name: string;
  readonly text: string;
  /** Slack user id, `api` or `file:<name>`. */
  readonly by: string;
  /** What is different. */
  readonly note?: string;
  /** Shall it be asked at once? The first version always is. */
  readonly activate?: boolean;
}

export interface PromptAdded {
  readonly name: string;
  readonly version: number;
  /** `false`: a version has this text already. */
  readonly changed: boolean;
  /** Is it the version that is asked? */
  readonly active: boolean;
}

/** A named prompt with all its versions, newest first. */
export interface PromptView extends PromptRecord {
  readonly versions: readonly PromptVersionRecord[];
}

/** How one version of a prompt fares, by its newest calls. */
export interface PromptFigures {
  readonly version: number;
  /** `active`, `split` (with its percent), `previous`, or none of these. */
  readonly role: "active" | "split" | "previous" | null;
  readonly percent: number;
  /** Decisions that the figures are made from; a decision may take several calls. */
  readonly decisions: number;
  readonly calls: number;
  /** Share of the calls whose answer could not be used, from 0 to 1; `null` without calls. */
  readonly invalidRate: number | null;
  /** Nano-dollars for one decision on average, as far as prices are known; `null` without any. */
  readonly costNano: number | null;
  /** Calls without a known price. */
  readonly unknownCosts: number;
  /** Milliseconds of all calls of a decision: the middle one, and what 95 of 100 stay below. */
  readonly latencyMs: { readonly median: number; readonly p95: number } | null;
  /** Decisions that people have labelled, and those of them that they found wrong. */
  readonly labelled: number;
  readonly overturned: number;
  /** Share of the decisions that people found wrong, from 0 to 1; `null` without decisions. */
  readonly overturnedRate: number | null;
}

export interface PromptComparison {
  readonly name: string;
  readonly versions: readonly PromptFigures[];
}
