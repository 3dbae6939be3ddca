import { z } from "zod";
import { COST_DIMENSIONS } from "../../engine/api/costs.ts";
import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Route } from "../http/route.ts";
import { parseInput, queryObject } from "../http/web-request.ts";
import {
  toBreakdownResponse,
  toCostsResponse,
  toEstimateResponse,
  toMetricsResponse,
} from "./metrics-response.ts";

const MAX_DAYS = 3660;
const RANGE = `must be a whole number from 1 to ${MAX_DAYS}`;

const CostsQuery = z.object({
  days: z.coerce.number(RANGE).pipe(z.int(RANGE).min(1, RANGE).max(MAX_DAYS, RANGE)).default(30),
});

const EstimateQuery = z.object({ version: z.coerce.number().pipe(z.int().min(1)).optional() });

const BreakdownQuery = z
  .object({
    by: z.enum(COST_DIMENSIONS).default("workflow"),
    days: CostsQuery.shape.days,
    workflowId: z.string().min(1).optional(),
    person: z.string().min(1).optional(),
  })
  .refine(({ by, person }) => person === undefined || by === "workflow" || by === "day", {
    path: ["by"],
    message: "must be workflow or day when a person is given",
  })
  .transform(omitUndefined);

/** Counts and costs of workflows, from running totals. */
export function metricsRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/workflows/:id/metrics",
      handle: async (request) => {
        const workflowId = request.param("id");
        return {
          body: toMetricsResponse(workflowId, await engine.costs.metrics(workflowId, OPERATOR)),
        };
      },
    },
    {
      method: "GET",
      path: "/api/workflows/:id/estimate",
      handle: async (request) => {
        const workflowId = request.param("id");
        const { version } = parseInput(EstimateQuery, queryObject(request.query), "query");
        return {
          body: toEstimateResponse(workflowId, await engine.costs.estimate(workflowId, version)),
        };
      },
    },
    {
      method: "GET",
      path: "/api/costs",
      handle: async (request) => {
        const query = parseInput(BreakdownQuery, queryObject(request.query), "query");
        return { body: toBreakdownResponse(query, await engine.costs.breakdown(query, OPERATOR)) };
      },
    },
    {
      method: "GET",
      path: "/api/workflows/:id/costs",
      handle: async (request) => {
        const { days } = parseInput(CostsQuery, queryObject(request.query), "query");
        const workflowId = request.param("id");
        return {
          body: toCostsResponse(
            workflowId,
            days,
            await engine.costs.report(workflowId, days, OPERATOR),
          ),
        };
      },
    },
  ];
}
