import type { Engine } from "../../engine/api/engine.ts";
import { operationEndpoints } from "../endpoints/operations.ts";
import { type Route, route } from "../http/route.ts";

/** Why the process cannot accept work now; `null`: it can. */
export type Readiness = () => string | null;

/** Probes for a supervisor. Open to every caller, so they report only the status and its reason. */
export function healthRoutes(engine: Engine, notReady: Readiness): readonly Route[] {
  return [
    route(operationEndpoints.health)(async () => ({ body: { status: "ok" } })),
    route(operationEndpoints.readiness)(async () => {
      const reason = notReady();
      if (reason !== null) return { status: 503, body: { status: "not ready", reason } };
      // Accepted work must be stored; if the store cannot, its error is the response.
      await engine.health.assertWritable();
      return { body: { status: "ready" } };
    }),
  ];
}
