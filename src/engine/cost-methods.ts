import type { Budgets } from "./budgets.ts";
import type { CostMethods } from "./cost-api.ts";
import { estimateRun } from "./estimate.ts";
import type { Metrics } from "./metrics.ts";
import type { Store } from "./ports/store.ts";
import type { Workflows } from "./workflows.ts";

/** What is known of costs; of a workflow that does not exist, nothing. */
export function costMethods(
  workflows: Workflows,
  metrics: Metrics,
  budgets: Budgets,
  store: Store,
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
    listBudgets: () => budgets.list(),
    setBudget: (scope, subject, monthlyUsd, by) => budgets.set(scope, subject, monthlyUsd, by),
  };
}

/** `limits.monthlyBudgetUsd` of the active version of every workflow that has one, by id. */
export async function definedBudgets(
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
