import type { Engine } from "../../engine/api/engine.ts";
import { operationEndpoints } from "../endpoints/operations.ts";
import { type Route, route } from "../http/route.ts";
import type { Telemetry } from "../telemetry.ts";

/** Metrics for Prometheus. */
export function telemetryRoutes({ health, costs }: Engine, telemetry: Telemetry): readonly Route[] {
  return [
    route(operationEndpoints.telemetry)(async () => {
      const [backlog, budgets] = await Promise.all([health.queueStats(), costs.listBudgets()]);
      return telemetry.render({ ...backlog, budgets, outages: health.outages() });
    }),
  ];
}
