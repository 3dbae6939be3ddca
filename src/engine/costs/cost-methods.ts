import type { CostMethods } from "../api/costs.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { readQueueStats } from "../runtime/queue-stats.ts";
import type { Workflows } from "../workflows/workflows.ts";
import { Budgets, type BudgetsOptions, type BudgetWarning } from "./budgets.ts";
import { estimateRun } from "./estimate.ts";
import { Metrics } from "./metrics.ts";

/** What is known of costs; of a workflow that does not exist, nothing. */
export function costMethods(
  workflows: Workflows,
  metrics: Metrics,
  budgets: Budgets,
  store: Store,
  clock: Clock,
): Omit<CostMethods, "onBudgetWarning"> {
  return {
    metrics: async (workflowId) => {
      await workflows.active(workflowId);
      return metrics.metrics(workflowId);
    },
    costs: async (workflowId, days) => {
      await workflows.active(workflowId);
      return metrics.costs(workflowId, days);
    },
    costOverview: (days) => metrics.overview(days),
    costBreakdown: async (query) => {
      if (query.workflowId !== undefined) await workflows.active(query.workflowId);
      return metrics.breakdown(query);
    },
    estimate: async (workflowId, version) => {
      const deployed = await workflows.get(workflowId, version);
      return estimateRun(store, workflowId, deployed.version);
    },
    backlog: () => readQueueStats(store, clock),
    listBudgets: () => budgets.list(),
    setBudget: (scope, subject, monthlyUsd, by) => budgets.set(scope, subject, monthlyUsd, by),
  };
}

/** `limits.monthlyBudgetUsd` of the active version of every workflow that has one, by id. */
async function definedBudgets(
  workflows: Workflows,
  store: Store,
): Promise<ReadonlyMap<string, number>> {
  const defined = new Map<string, number>();
  for (const { workflowId, activeVersion } of await store.listWorkflows()) {
    const { definition } = await workflows.compiled(workflowId, activeVersion);
    const { monthlyBudgetUsd } = definition.limits;
    if (monthlyBudgetUsd !== undefined) defined.set(workflowId, monthlyBudgetUsd);
  }
  return defined;
}

/** What is known of costs, and who is told when a budget is nearly used. */
export function createCosts(
  { store, clock, logger }: Pick<BudgetsOptions, "store" | "clock" | "logger">,
  workflows: Workflows,
) {
  const metrics = new Metrics(store, clock);
  const budgetListeners = new Set<(warning: BudgetWarning) => Promise<boolean>>();
  const budgets = new Budgets({
    store,
    clock,
    logger,
    metrics,
    definedUsd: () => definedBudgets(workflows, store),
    warn: async (warning) => {
      const told = await Promise.all([...budgetListeners].map((tell) => tell(warning)));
      return told.includes(true);
    },
  });
  return { metrics, budgets, budgetListeners };
}
