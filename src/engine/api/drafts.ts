import type { JsonObject } from "../../shared/json.ts";
import type { DefinitionDiff } from "../definition/diff.ts";
import type { Explanation } from "../definition/explain.ts";
import type { Problem } from "../definition/problem.ts";
import type { Definition } from "../definition/schema.ts";
import type { DraftRecord } from "../ports/workflows.ts";
/** Workflows that people describe and review before they are deployed. A draft runs nothing. */
export interface Drafts {
  /**
   * Has a language model write a definition for a description. Nothing is deployed.
   *
   * @param by - Slack user id of the person whose budget it counts against; `api` or absent: the operator's.
   * @throws {AppError} `input_invalid`, `generation_failed` with the remaining problems in `details.problems`, `description_unclear` with
   * what the model asks in `details.question`, and what the model client throws.
   */
  generate(description: string, by?: string): Promise<Generated>;
  /** @returns `null` when this request has a draft already. @throws {AppError} `workflow_not_found` for a workflow to be changed. */
  open(request: DraftRequest): Promise<DraftRecord | null>;
  /**
   * Has the next round of an open draft written: the first, or, with `change`, one made from the round before; what follows a question
   * of the model is its answer.
   *
   * @throws {AppError} `draft_not_found`; `description_unclear` with what the model asks the person in `details.question`; and what
   * generation throws; the round before then stands.
   */
  write(id: string, change?: string): Promise<DraftView>;
  /**
   * Undoes the last change of an open draft: the next round is what it was before.
   *
   * @throws {AppError} `draft_not_found`, also when there is nothing to undo.
   */
  undo(id: string): Promise<DraftView>;
  /** @returns `null`: there is none with this id. */
  get(id: string): Promise<DraftRecord | null>;
  /** The newest draft of a thread. */
  find(channel: string, threadTs: string): Promise<DraftRecord | null>;
  /** Drafts of a conversation, those of its newest threads; at most twenty. */
  listIn(channel: string): Promise<readonly DraftRecord[]>;
  /** Drafts of the last thirty days that are neither deployed nor discarded, the newest first; at most twenty. */
  listOpen(): Promise<readonly DraftRecord[]>;
  /** @throws {AppError} `draft_not_found`, also for a draft that has no round yet. */
  view(id: string): Promise<DraftView>;
  /** Stores which message shows the draft. */
  shown(id: string, messageTs: string): Promise<void>;
  /** Deploys the round that a person reviewed. The caller has checked that the person may. @throws {AppError} `draft_not_found` also for a round that is not the newest. */
  deploy(id: string, round: number, by: string): Promise<DraftDeployed>;
  /** Discards an open draft; one that is not open stays as it is. @throws {AppError} `draft_not_found`. */
  discard(id: string, by: string): Promise<DraftRecord>;
}

/** A draft with what people need to decide about it. */
export interface DraftView {
  readonly draft: DraftRecord;
  readonly definition: Definition;
  readonly explanation: Explanation;
  readonly warnings: readonly Problem[];
  /** When its schedules would start it next if it were deployed now, in milliseconds since 1970; empty: it has none. */
  readonly nextStarts: readonly number[];
  /** How it differs from the version that it changes; absent: it is a new workflow. */
  readonly difference?: DefinitionDiff;
  /** Calls of the model for all its rounds. */
  readonly calls: number;
  /** Dollars for all of them; `null`: unknown. */
  readonly cost: number | null;
}

/** Where a draft belongs, and whose it is. */
export interface DraftRequest {
  /** Equal for the same request, however often it arrives. */
  readonly key: string;
  readonly ownerId: string;
  readonly channel: string;
  readonly threadTs: string;
  readonly description: string;
  /**
   * The workflow whose active version is to be changed; its own description takes the place of `description`, and the change is what
   * `write` is given. Absent: a new one is wanted.
   */
  readonly changes?: string;
}

/** What a click on Deploy came to. */
export type DraftDeployed =
  | { readonly kind: "deployed"; readonly view: DraftView; readonly isRepeat: boolean }
  /** Another workflow has the id. */
  | { readonly kind: "taken"; readonly workflowId: string; readonly free: string }
  /** The workflow that it changes was deployed anew meanwhile: from which version it was made, and which is active. */
  | {
      readonly kind: "outdated";
      readonly workflowId: string;
      readonly base: number;
      readonly active: number;
    }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

/** A definition that passed every check. It is not deployed. */
export interface Generated {
  /** As the model wrote it, with version 1 and an id that no workflow has. */
  readonly source: JsonObject;
  readonly definition: Definition;
  readonly explanation: Explanation;
  readonly warnings: readonly Problem[];
  /** What the model says of it to the person, in the language of the description; `null`: nothing. */
  readonly notes: string | null;
  /** Calls of the model, repairs included. */
  readonly calls: number;
  /** Nano-dollars; `null`: unknown. */
  readonly costNano: number | null;
}
