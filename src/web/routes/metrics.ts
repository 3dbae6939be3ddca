import { z } from "zod";
import type { Engine } from "../../engine/api.ts";
import { NANO_PER_DOLLAR } from "../../engine/execution/state.ts";
import type { WorkflowMetrics } from "../../engine/metrics.ts";
import type { Totals } from "../../engine/ports/store.ts";
import type { Answer, Route } from "../route.ts";
import { parseInput, queryObject, type WebRequest } from "../web-request.ts";

const CostsQuery = z.object({ days: z.coerce.number().int().min(1).max(3660).default(30) });

/** Counts and costs of workflows, from running totals. */
export function metricsRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/workflows/:id/metrics",
      handle: async (request) => {
        const workflowId = request.param("id");
        return { body: toMetrics(workflowId, await engine.metrics(workflowId)) };
      },
    },
    {
      method: "GET",
      path: "/api/workflows/:id/costs",
      handle: (request) => costs(engine, request),
    },
    { method: "GET", path: "/dashboard", handle: () => dashboard(engine) },
  ];
}

async function costs(engine: Engine, request: WebRequest): Promise<Answer> {
  const { days } = parseInput(CostsQuery, queryObject(request.query), "query");
  const workflowId = request.param("id");
  const { totals, steps } = await engine.costs(workflowId, days);
  const costByStep = Object.fromEntries(
    [...steps].map(([stepId, own]) => [
      stepId,
      {
        totalCost: dollars(own.costNano),
        avgCost: dollars(own.started > 0 ? own.costNano / own.started : 0),
        invocations: own.started,
        ...(own.costUnknown > 0 && { unknownCosts: own.costUnknown }),
      },
    ]),
  );
  return {
    body: {
      workflowId,
      period: `${days} days`,
      totalExecutions: totals.started,
      totalCost: totals.costNano / NANO_PER_DOLLAR,
      ...(totals.costUnknown > 0 && { unknownCosts: totals.costUnknown }),
      costByStep,
    },
  };
}

async function dashboard(engine: Engine): Promise<Answer> {
  const workflows = await Promise.all(
    (await engine.listWorkflows()).map(async ({ id, name }) => ({
      id,
      name,
      metrics: toMetrics(id, await engine.metrics(id)),
    })),
  );
  const totalExecutions = workflows.reduce((sum, { metrics }) => sum + metrics.totalExecutions, 0);
  return { body: { totalWorkflows: workflows.length, totalExecutions, workflows } };
}

function toMetrics(workflowId: string, { totals, last24h }: WorkflowMetrics) {
  const { started, completed, failed, costNano } = totals;
  return {
    workflowId,
    totalExecutions: started,
    completed,
    failed,
    successRate: started > 0 ? `${((completed / started) * 100).toFixed(1)}%` : "N/A",
    totalCost: dollars(costNano),
    avgCostPerExecution: started > 0 ? dollars(costNano / started) : "$0",
    avgDurationMs: averageDuration(totals),
    last24h,
    ...(totals.costUnknown > 0 && { unknownCosts: totals.costUnknown }),
  };
}

function averageDuration({ completed, durationMs }: Totals): number {
  return completed > 0 ? Math.round(durationMs / completed) : 0;
}

/** Money with four decimals, as people compare it. */
function dollars(nano: number): string {
  return `$${(nano / NANO_PER_DOLLAR).toFixed(4)}`;
}
