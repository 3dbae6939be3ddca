import type { Engine } from "../../engine/api/engine.ts";
import { costEndpoints } from "../endpoints/costs.ts";
import { type Route, route } from "../http/route.ts";
import {
  toBreakdownResponse,
  toCostsResponse,
  toEstimateResponse,
  toMetricsResponse,
} from "./metrics-response.ts";

/** Counts and costs of workflows, from running totals. */
export function metricsRoutes({ costs }: Engine): readonly Route[] {
  return [
    route(costEndpoints.workflowMetrics)(async ({ params: { id } }, { by }) => ({
      body: toMetricsResponse(id, await costs.metrics(id, by)),
    })),
    route(costEndpoints.workflowEstimate)(async ({ params: { id }, query: { version } }) => ({
      body: toEstimateResponse(id, await costs.estimate(id, version)),
    })),
    route(costEndpoints.costs)(async ({ query }, { by }) => ({
      body: toBreakdownResponse(query, await costs.breakdown(query, by)),
    })),
    route(costEndpoints.workflowCosts)(async ({ params: { id }, query: { days } }, { by }) => ({
      body: toCostsResponse(id, days, await costs.report(id, days, by)),
    })),
  ];
}
