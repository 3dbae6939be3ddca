import type {
  CostBreakdown,
  CostQuery,
  CostReport,
  Estimate,
  Spread,
  WorkflowMetrics,
} from "../../engine/api/costs.ts";
import type { Totals } from "../../engine/model/totals.ts";
import { formatDollars, toDollars } from "../../shared/money.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";

/** Counts and costs of a workflow. Money is text with four decimals. */
export interface MetricsResponse {
  readonly workflowId: string;
  readonly totalExecutions: number;
  readonly completed: number;
  readonly failed: number;
  /** Share of completed executions, `95.7%`; `N/A` while there are none. */
  readonly successRate: string;
  readonly totalCost: string;
  readonly avgCostPerExecution: string;
  /** Milliseconds of a completed execution. */
  readonly avgDurationMs: number;
  readonly last24h: number;
  /** Calls without a known price, if there are any: the costs are lower bounds then. */
  readonly unknownCosts?: number;
}

export function toMetricsResponse(
  workflowId: string,
  { totals, last24h }: WorkflowMetrics,
): MetricsResponse {
  const { started, completed, failed, costNano } = totals;
  return {
    workflowId,
    totalExecutions: started,
    completed,
    failed,
    successRate: started > 0 ? `${((completed / started) * 100).toFixed(1)}%` : "N/A",
    totalCost: formatDollars(costNano),
    avgCostPerExecution: started > 0 ? formatDollars(costNano / started) : "$0",
    avgDurationMs: completed > 0 ? Math.round(totals.durationMs / completed) : 0,
    last24h,
    ...unknownCosts(totals),
  };
}

/**
 * What a workflow cost, in all (a number of dollars) and by step (text).
 *
 * @param days - what the report covers.
 */
export function toCostsResponse(workflowId: string, days: number, report: CostReport) {
  const { totals, steps } = report;
  const byStep = [...steps].map(([stepId, own]) => {
    const avgCost = formatDollars(own.started > 0 ? own.costNano / own.started : 0);
    const totalCost = formatDollars(own.costNano);
    return [
      stepId,
      { totalCost, avgCost, invocations: own.started, ...unknownCosts(own) },
    ] as const;
  });
  return {
    workflowId,
    period: `${days} days`,
    totalExecutions: totals.started,
    totalCost: toDollars(totals.costNano),
    ...unknownCosts(totals),
    costByStep: Object.fromEntries(byStep),
  };
}

/** Costs by one dimension, the most expensive first; days in their order. */
export function toBreakdownResponse(query: CostQuery, { total, lines }: CostBreakdown) {
  const { by, days, workflowId, person } = query;
  return {
    by,
    period: `${days} days`,
    ...omitUndefined({ workflowId, person }),
    ...spentOf(total, by === "step" ? undefined : "executions"),
    costs: lines.map(({ name, totals }) => ({ name, ...spentOf(totals, COUNTED[by]) })),
  };
}

/** What a dimension counts besides calls; models and prompts count nothing else. */
const COUNTED: Readonly<Partial<Record<CostQuery["by"], "executions" | "invocations">>> = {
  workflow: "executions",
  version: "executions",
  person: "executions",
  day: "executions",
  step: "invocations",
};

function spentOf(totals: Totals, counted: "executions" | "invocations" | undefined) {
  const { started, calls, promptTokens, completionTokens, costNano } = totals;
  return {
    totalCost: formatDollars(costNano),
    ...unknownCosts(totals),
    ...(counted === "executions" && { executions: started }),
    ...(counted === "invocations" && { invocations: started }),
    calls,
    promptTokens,
    completionTokens,
  };
}

/** Median and 90th percentile of cost and time; `null` while no run has completed. */
export function toEstimateResponse(workflowId: string, estimate: Estimate) {
  const { version, runs, durationMs, costNano, unknownCosts: unknown } = estimate;
  const cost = costNano && { p50: formatDollars(costNano.p50), p90: formatDollars(costNano.p90) };
  const time: Spread | null = durationMs;
  return {
    workflowId,
    version,
    runs,
    durationMs: time,
    cost,
    ...(unknown > 0 && { unknownCosts: unknown }),
  };
}

function unknownCosts({ costUnknown }: Totals): { readonly unknownCosts?: number } {
  return costUnknown > 0 ? { unknownCosts: costUnknown } : {};
}
