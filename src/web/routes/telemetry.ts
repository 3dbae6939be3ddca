import type { Engine } from "../../engine/api/engine.ts";
import type { Route } from "../http/route.ts";
import type { Telemetry } from "../telemetry.ts";

/** Metrics for Prometheus. */
export function telemetryRoutes(engine: Engine, telemetry: Telemetry): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/metrics",
      handle: async () => telemetry.render(await engine.health.queueStats()),
    },
  ];
}
