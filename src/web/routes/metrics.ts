import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
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
    route(costEndpoints.workflowMetrics)(async ({ params: { id } }) => ({
      body: toMetricsResponse(id, await costs.metrics(id, OPERATOR)),
    })),
    route(costEndpoints.workflowEstimate)(async ({ params: { id }, query: { version } }) => ({
      body: toEstimateResponse(id, await costs.estimate(id, version)),
    })),
    route(costEndpoints.costs)(async ({ query }) => ({
      body: toBreakdownResponse(query, await costs.breakdown(query, OPERATOR)),
    })),
    route(costEndpoints.workflowCosts)(async ({ params: { id }, query: { days } }) => ({
      body: toCostsResponse(id, days, await costs.report(id, days, OPERATOR)),
    })),
  ];
}
