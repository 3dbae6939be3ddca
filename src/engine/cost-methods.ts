import type { Engine } from "./api.ts";
import { estimateRun } from "./estimate.ts";
import type { Metrics } from "./metrics.ts";
import type { Store } from "./ports/store.ts";
import type { Workflows } from "./workflows.ts";

type CostMethods = Pick<
  Engine,
  "metrics" | "costs" | "costOverview" | "costBreakdown" | "estimate"
>;

/** What is known of costs; of a workflow that does not exist, nothing. */
export function costMethods(workflows: Workflows, metrics: Metrics, store: Store): CostMethods {
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
  };
}
