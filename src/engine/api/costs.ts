import type { Totals } from "../model/totals.ts";
import type { BudgetScope } from "../ports/calls.ts";

/**
 * Counts, costs, estimates and budgets. Where a `reader` is named (Slack user id or `api`), a workflow whose `permissions` say who
 * may `view` it is shown to those and to admins; others get `not_allowed`, or totals without it.
 */
export interface Costs {
  /** Counts and costs of a workflow since it exists. @throws {AppError} `workflow_not_found`. */
  metrics(workflowId: string, reader?: string): Promise<WorkflowMetrics>;
  /** What a workflow cost in the last `days` days, in all and by step. @throws {AppError} `workflow_not_found`. */
  report(workflowId: string, days: number, reader?: string): Promise<CostReport>;
  /** What all workflows cost in the last `days` days, the most expensive first. */
  overview(days: number, reader?: string): Promise<CostOverview>;
  /**
   * What a reader's App Home shows: to admins the costs of all runs, to others those of the runs that they started.
   *
   * @param reader - Slack user id. @throws {AppError} `slack_unavailable`.
   */
  summary(reader: string): Promise<CostSummary>;
  /** Costs by one dimension, the most expensive first. @throws {AppError} `workflow_not_found`. */
  breakdown(query: CostQuery, reader?: string): Promise<CostBreakdown>;
  /**
   * What runs of a version, by default the active one, have cost and how long they took.
   *
   * @throws {AppError} `workflow_not_found`, `version_not_found`.
   */
  estimate(workflowId: string, version?: number): Promise<Estimate>;
  /** The monthly budgets, with what is used of them. @throws {AppError} `not_allowed` for a reader who is no admin. */
  listBudgets(reader?: string): Promise<readonly BudgetStatus[]>;
  /** A person's own budgets, with what is used of them. */
  listBudgetsOf(person: string): Promise<readonly BudgetStatus[]>;
  /**
   * Sets what everything, a workflow or a person may spend in a month; `null` takes the budget away.
   *
   * @throws {AppError} `not_allowed` unless they are an admin.
   * @param subject - workflow id or Slack user id; empty for `all`.
   */
  setBudget(
    scope: BudgetScope,
    subject: string,
    monthlyUsd: number | null,
    by: string,
  ): Promise<void>;
  /**
   * Calls `listener` when most of a budget is used, once a month for each budget; again if it resolves to `false`: no person was notified.
   *
   * @returns a function that removes the listener.
   */
  onBudgetWarning(listener: (warning: BudgetWarning) => Promise<boolean>): () => void;
}

/** What a budget is for, and how much of it is used. */
export interface BudgetStatus {
  readonly scope: BudgetScope;
  /** Workflow id or Slack user id; empty for `all`. */
  readonly subject: string;
  readonly monthlyNano: number;
  /** Known prices since the first of the month, UTC. */
  readonly spentNano: number;
  /** Slack user id or `api`; `definition`: `limits.monthlyBudgetUsd` of the active version. */
  readonly setBy: string;
}

export interface BudgetWarning {
  readonly budget: BudgetStatus;
  /** A sentence for people. */
  readonly text: string;
}

/** What a run of a version may cost and how long it may take, by the runs of this version that completed. */
export interface Estimate {
  readonly version: number;
  /** Runs that it is made from; 0: none has completed yet. */
  readonly runs: number;
  /** From start to end, people's time included; `null` without runs. */
  readonly durationMs: Spread | null;
  /** Known prices; `null` without runs. */
  readonly costNano: Spread | null;
  /** Runs with calls whose price is unknown. */
  readonly unknownCosts: number;
}

/** The half and the ninety-percent point of what executions took: half of them, nine of ten took no more. */
export interface Spread {
  readonly p50: number;
  readonly p90: number;
}

/** How a workflow has done so far. */
export interface WorkflowMetrics {
  readonly totals: Totals;
  /** Executions that began in the last 24 hours, counted in whole hours. */
  readonly last24h: number;
}

/** What a workflow cost in a number of days, in all and by step. */
export interface CostReport {
  readonly totals: Totals;
  readonly steps: ReadonlyMap<string, Totals>;
}

/** What all workflows cost in a number of days, the most expensive first. */
export interface CostOverview {
  /** Of all workflows, and of writing drafts. */
  readonly total: Totals;
  readonly workflows: readonly { readonly workflowId: string; readonly totals: Totals }[];
  /** What models took for writing drafts of workflows. */
  readonly generation: Totals;
}

/** Costs of today, of seven and of thirty days, today being the last of them; days are those of UTC. */
export interface CostSpans {
  readonly today: Totals;
  readonly week: Totals;
  readonly month: Totals;
}

export interface CostSpansLine extends CostSpans {
  /** As that of a {@link CostLine}. */
  readonly name: string;
}

/** Costs in three spans, by what caused them; each list the most expensive of thirty days first. */
export interface CostSummary {
  /** `own`: of the runs that the reader started, and of their drafts. Those are all of one person. */
  readonly of: "all" | "own";
  /** When today began, UTC; milliseconds since 1970. */
  readonly day: number;
  readonly total: CostSpans;
  readonly workflows: readonly CostSpansLine[];
  readonly people: readonly CostSpansLine[];
  /** Of a reader's own, the empty name stands for what runs cost before the models of people were counted. */
  readonly models: readonly CostSpansLine[];
  /** What each workflow cost on each of the thirty days, the oldest first; days without any are not among them. */
  readonly days: readonly CostOfDay[];
}

export interface CostOfDay {
  /** When the day began, UTC. */
  readonly day: number;
  readonly workflowId: string;
  readonly costNano: number;
}

/** By what costs can be broken down. */
export const COST_DIMENSIONS = [
  "workflow",
  "version",
  "person",
  "step",
  "model",
  "prompt",
  "day",
] as const;

export type CostDimension = (typeof COST_DIMENSIONS)[number];

export interface CostQuery {
  readonly by: CostDimension;
  /** Today and the days before, counted in hours back from now; by day: whole days, UTC. */
  readonly days: number;
  readonly workflowId?: string;
  /** Slack user id of who started the executions; only by `workflow`, `model` and `day`. */
  readonly person?: string;
}

/** Costs by one dimension, the most expensive first; days in their order. */
export interface CostBreakdown {
  readonly total: Totals;
  readonly lines: readonly CostLine[];
}

export interface CostLine {
  /**
   * Workflow id (`:drafts`: the writing of drafts), number of a version, Slack user id (empty: no person started it), step id, model,
   * `prompt@version`, or the day as `2026-11-25`, UTC.
   */
  readonly name: string;
  readonly totals: Totals;
}

/** What is left to do. */
export interface QueueStats {
  /** Executions that were accepted and have not begun, counted up to 1000. */
  readonly queued: number;
  /** Requests that wait for people, of up to 2000 executions. */
  readonly openRequests: number;
  /** How long the execution that is due longest has been due, in milliseconds. */
  readonly lagMs: number;
}
