import type { Json } from "../../shared/json.ts";
import type { TokenUsage } from "../model/events.ts";
import type { ModelMessage } from "./model.ts";
import type { PromptVersionId } from "./prompts.ts";

/** Calls of models. */
export interface CallStore {
  /** A repeat of the same id is ignored. */
  insert(call: CallRecord): Promise<void>;
  get(id: string): Promise<CallRecord | null>;
  /** In order of time, of one moment by id. */
  list(executionId: string): Promise<readonly CallRecord[]>;
  /** Those of `list` that came last, the newest first. */
  listNewest(executionId: string, limit: number): Promise<readonly CallRecord[]>;
  /**
   * The newest calls of one version of a named prompt, newest first, of one moment the greatest id.
   */
  listOfPrompt(prompt: PromptVersionId, limit: number): Promise<readonly PromptCall[]>;
  /** Removes what was asked and answered from a call; what it cost stays. */
  redact(id: string): Promise<void>;
  /**
   * What the calls recorded for a workflow cost from `from` up to, not including, `to`; in order of
   * time, of one moment by id.
   */
  listCosts(query: CallCostQuery): Promise<readonly CallCost[]>;
}

/**
 * One call of a model, whole: the audit, and the memory that keeps a recovery from calling again.
 */
export interface CallRecord {
  /** `stepKey:attempt:n`. */
  readonly id: string;
  readonly executionId: string;
  readonly workflowId: string;
  readonly stepId: string;
  readonly at: number;
  readonly model: string;
  readonly messages: readonly ModelMessage[];
  /** Slack user id of the person who caused it, if no execution does. */
  readonly by?: string;
  /** How often the attempt had been begun again when this call was made; absent: never. */
  readonly recoveries?: number;
  /** The response body as received. */
  readonly response: Json;
  readonly text: string;
  /** What was understood; absent when the answer was invalid. */
  readonly value?: Json;
  readonly reason?: string;
  readonly confidence?: number;
  /** The named prompt that was used; absent: the prompt stands in the definition. */
  readonly prompt?: PromptVersionId;
  /** Why the answer was not used. */
  readonly problem?: string;
  readonly usage?: TokenUsage;
  /** `null`: unknown model or no usage reported. */
  readonly costNano: number | null;
  readonly priceVersion: string;
  readonly latencyMs: number;
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

export interface CallCostQuery {
  readonly workflowId: string;
  readonly from: number;
  readonly to: number;
}

/** What is read of a call where only its cost matters. */
export type CallCost = Pick<
  CallRecord,
  "id" | "at" | "model" | "by" | "usage" | "costNano" | "priceVersion"
>;

/** Monthly budgets. */
export interface BudgetStore {
  /** All of them, by scope and subject. */
  list(): Promise<readonly BudgetRecord[]>;
  /** Replaces the budget of this scope and subject, or stores it. */
  save(budget: BudgetRecord): Promise<void>;
}

export type BudgetScope = "all" | "workflow" | "person";

/** What may be spent in a month, UTC. */
export interface BudgetRecord {
  readonly scope: BudgetScope;
  /** Workflow id or Slack user id; empty for `all`. */
  readonly subject: string;
  /** `null`: taken away. */
  readonly monthlyNano: number | null;
  /** Slack user id, or `api`. */
  readonly setBy: string;
  readonly setAt: number;
}
