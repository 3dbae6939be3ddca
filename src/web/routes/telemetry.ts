import type { Engine } from "../../engine/api/engine.ts";
import { operationEndpoints } from "../endpoints/operations.ts";
import { type Route, route } from "../http/route.ts";
import type { Telemetry } from "../telemetry.ts";

/** Metrics for Prometheus. */
export function telemetryRoutes({ health }: Engine, telemetry: Telemetry): readonly Route[] {
  return [
    route(operationEndpoints.telemetry)(async () => telemetry.render(await health.queueStats())),
  ];
}
