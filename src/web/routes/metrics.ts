import { z } from "zod";
import type { Engine } from "../../engine/api.ts";
import { toCostsAnswer, toMetricsAnswer } from "../metrics-answer.ts";
import type { Route } from "../route.ts";
import { parseInput, queryObject } from "../web-request.ts";

const MAX_DAYS = 3660;
const RANGE = `must be a whole number from 1 to ${MAX_DAYS}`;

const CostsQuery = z.object({
  days: z.coerce.number(RANGE).pipe(z.int(RANGE).min(1, RANGE).max(MAX_DAYS, RANGE)).default(30),
});

/** Counts and costs of workflows, from running totals. */
export function metricsRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/workflows/:id/metrics",
      handle: async (request) => {
        const workflowId = request.param("id");
        return { body: toMetricsAnswer(workflowId, await engine.metrics(workflowId)) };
      },
    },
    {
      method: "GET",
      path: "/api/workflows/:id/costs",
      handle: async (request) => {
        const { days } = parseInput(CostsQuery, queryObject(request.query), "query");
        const workflowId = request.param("id");
        return { body: toCostsAnswer(workflowId, days, await engine.costs(workflowId, days)) };
      },
    },
  ];
}
