import type { Engine } from "../../engine/api/engine.ts";
import { isAppError } from "../../shared/errors.ts";
import { operationEndpoints } from "../endpoints/operations.ts";
import { prefersJson } from "../http/request-headers.ts";
import { type Route, route } from "../http/route.ts";
import { type Dashboard, dashboardPage } from "../pages/dashboard.ts";
import { PAGE_CSP } from "../pages/page.ts";
import { type MetricsResponse, toMetricsResponse } from "./metrics-response.ts";

const EXECUTIONS_SHOWN = 25;

/** How all workflows are doing: a page for people, JSON for programs that ask for it. */
export function dashboardRoutes(engine: Engine): readonly Route[] {
  return [
    route(operationEndpoints.dashboard)(async (_input, { headers, by }) => {
      const dashboard = await readDashboard(engine, by);
      const varies = { Vary: "Accept" };
      if (prefersJson(headers.accept)) return { body: dashboard, headers: varies };
      const [{ executions }, { total }] = await Promise.all([
        engine.executions.list({ limit: EXECUTIONS_SHOWN }, by),
        engine.costs.overview(Number.POSITIVE_INFINITY, by),
      ]);
      return {
        page: dashboardPage(dashboard, executions, total, Date.now()),
        headers: { ...varies, "Content-Security-Policy": PAGE_CSP },
      };
    }),
  ];
}

async function readDashboard(engine: Engine, by: string): Promise<Dashboard> {
  const all = await Promise.all(
    (await engine.workflows.list()).map(async ({ id, name }) => {
      const metrics = await readMetrics(engine, id, by);
      return metrics === null ? [] : [{ id, name, metrics }];
    }),
  );
  const workflows = all.flat();
  const totalExecutions = workflows.reduce((sum, { metrics }) => sum + metrics.totalExecutions, 0);
  return { totalWorkflows: workflows.length, totalExecutions, workflows };
}

/** `null`: the owner of the token may not see them. */
async function readMetrics(
  engine: Engine,
  workflowId: string,
  by: string,
): Promise<MetricsResponse | null> {
  try {
    return toMetricsResponse(workflowId, await engine.costs.metrics(workflowId, by));
  } catch (error) {
    if (isAppError(error, "not_allowed")) return null;
    throw error;
  }
}
