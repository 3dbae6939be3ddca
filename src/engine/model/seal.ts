import type { JsonObject } from "../../shared/json.ts";

/**
 * What a decision is worth: what was known when it was asked, and what may be done with it. Stored with
 * events (`events.ts`): names and fields are only added.
 */
export interface Seal {
  /** Path of the approval step's entry. */
  readonly approval: string;
  /** Place of the step at which it was asked again; absent: asked by the approval step itself. */
  readonly from?: string;
  /** SHA-256 of the steps of the definition. */
  readonly definition: string;
  readonly releases: readonly Release[];
  /** Variables that the request shows or that its releases read; `*`: all. */
  readonly saw: readonly string[];
}

/** A step with an effect that a decision releases. */
export interface Release {
  readonly step: string;
  /** Where it stands in the definition. */
  readonly place: string;
  /** The choices that release it. */
  readonly choices: readonly string[];
  /** What it does, in one sentence made by code. */
  readonly does: string;
  /**
   * Its parameters; values that are filled later stand as marks (`showMarks` of `model/marks.ts`). `null`: they could
   * not be resolved, or are too large to be shown.
   */
  readonly params: JsonObject | null;
  /** What is filled later: the paths that it reads, and the step that fills each. */
  readonly later: readonly { readonly path: string; readonly by: string }[];
  /** What it and the steps before it read and what was known. */
  readonly facts: readonly Fact[];
  readonly when?: string;
  readonly strict?: boolean;
  /** SHA-256 of all this, with the whole values. */
  readonly hash: string;
}

/** A value that was known when a decision was asked. */
export interface Fact {
  /** As in a template: `variables.amount`. */
  readonly path: string;
  /** SHA-256 of the value, first 16 hex digits. */
  readonly hash: string;
  /** The value as JSON, shortened. */
  readonly text: string;
}

/** What is not as it was when a decision was asked. */
export interface Change {
  /** For people: a path, a parameter, "the workflow". */
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
}
