import type { BudgetStatus, BudgetWarning } from "../costs/budgets.ts";
import type { Estimate } from "../costs/estimate.ts";
import type {
  CostBreakdown,
  CostOverview,
  CostQuery,
  CostReport,
  WorkflowMetrics,
} from "../costs/metrics.ts";
import type { BudgetScope } from "../ports/budget-records.ts";
import type { QueueStats } from "../runtime/queue-stats.ts";

/** What the engine knows of counts, costs and budgets. */
export interface CostMethods {
  /** Counts and costs of a workflow since it exists. @throws {AppError} `workflow_not_found`. */
  metrics(workflowId: string): Promise<WorkflowMetrics>;
  /** What a workflow cost in the last `days` days, in all and by step. @throws {AppError} `workflow_not_found`. */
  costs(workflowId: string, days: number): Promise<CostReport>;
  /** What all workflows cost in the last `days` days, the most expensive first. */
  costOverview(days: number): Promise<CostOverview>;
  /** Costs by one dimension, the most expensive first. @throws {AppError} `workflow_not_found`. */
  costBreakdown(query: CostQuery): Promise<CostBreakdown>;
  /** What is left to do, for whoever watches the process. */
  backlog(): Promise<QueueStats>;
  /** The monthly budgets, with what is used of them. */
  listBudgets(): Promise<readonly BudgetStatus[]>;
  /**
   * Sets what everything, a workflow or a person may spend in a month; `null` takes the budget away. The caller has made sure that
   * it may.
   *
   * @param subject - workflow id or Slack user id; empty for `all`.
   */
  setBudget(
    scope: BudgetScope,
    subject: string,
    monthlyUsd: number | null,
    by: string,
  ): Promise<void>;
  /**
   * Calls `listener` when most of a budget is used, once a month each; again if it says that it told nobody.
   *
   * @returns a function that ends it.
   */
  onBudgetWarning(listener: (warning: BudgetWarning) => Promise<boolean>): () => void;
  /**
   * What runs of a version, by default the active one, have cost and how long they took.
   *
   * @throws {AppError} `workflow_not_found`, `version_not_found`.
   */
  estimate(workflowId: string, version?: number): Promise<Estimate>;
}
