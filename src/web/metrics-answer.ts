import { NANO_PER_DOLLAR } from "../engine/execution/state.ts";
import type { CostReport, WorkflowMetrics } from "../engine/metrics.ts";
import type { Totals } from "../engine/ports/store.ts";

/** How a workflow has done, as the API tells it. Money is text with four decimals. */
export interface MetricsAnswer {
  readonly workflowId: string;
  readonly totalExecutions: number;
  readonly completed: number;
  readonly failed: number;
  /** Completed of all, `95.7%`; `N/A` as long as there are none. */
  readonly successRate: string;
  readonly totalCost: string;
  readonly avgCostPerExecution: string;
  /** Milliseconds of a completed execution. */
  readonly avgDurationMs: number;
  readonly last24h: number;
  /** Calls without a known price, if there are any: the costs are lower bounds then. */
  readonly unknownCosts?: number;
}

export function toMetricsAnswer(
  workflowId: string,
  { totals, last24h }: WorkflowMetrics,
): MetricsAnswer {
  const { started, completed, failed, costNano } = totals;
  return {
    workflowId,
    totalExecutions: started,
    completed,
    failed,
    successRate: started > 0 ? `${((completed / started) * 100).toFixed(1)}%` : "N/A",
    totalCost: dollars(costNano),
    avgCostPerExecution: started > 0 ? dollars(costNano / started) : "$0",
    avgDurationMs: completed > 0 ? Math.round(totals.durationMs / completed) : 0,
    last24h,
    ...unknownCosts(totals),
  };
}

/** What a workflow cost, in all (a number of dollars) and by step (text). @param days - what the report covers. */
export function toCostsAnswer(workflowId: string, days: number, report: CostReport): object {
  const { totals, steps } = report;
  const byStep = [...steps].map(([stepId, own]): [string, object] => [
    stepId,
    {
      totalCost: dollars(own.costNano),
      avgCost: dollars(own.started > 0 ? own.costNano / own.started : 0),
      invocations: own.started,
      ...unknownCosts(own),
    },
  ]);
  return {
    workflowId,
    period: `${days} days`,
    totalExecutions: totals.started,
    totalCost: totals.costNano / NANO_PER_DOLLAR,
    ...unknownCosts(totals),
    costByStep: Object.fromEntries(byStep),
  };
}

function unknownCosts({ costUnknown }: Totals): { readonly unknownCosts?: number } {
  return costUnknown > 0 ? { unknownCosts: costUnknown } : {};
}

/** Money with four decimals, as people compare it. */
export function dollars(nano: number): string {
  return `$${(nano / NANO_PER_DOLLAR).toFixed(4)}`;
}
