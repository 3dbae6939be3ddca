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

/** The part of a store that keeps monthly budgets. */
export interface BudgetStore {
  /** All of them, by scope and subject. */
  listBudgets(): Promise<readonly BudgetRecord[]>;
  /** Replaces the budget of this scope and subject, or stores it. */
  writeBudget(budget: BudgetRecord): Promise<void>;
}
