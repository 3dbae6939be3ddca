import type { Engine } from "../../engine/api/engine.ts";
import type { Route } from "../http/route.ts";

/** Why the process cannot accept work now; `null`: it can. */
export type Readiness = () => string | null;

/** Probes for a supervisor. Open to every caller, so they report only the status and its reason. */
export function healthRoutes(engine: Engine, notReady: Readiness): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/healthz",
      open: true,
      handle: async () => ({ body: { status: "ok" } }),
    },
    {
      method: "GET",
      path: "/readyz",
      open: true,
      async handle() {
        const reason = notReady();
        if (reason !== null) return { status: 503, body: { status: "not ready", reason } };
        // Accepted work must be stored; if the store cannot, its error is the response.
        await engine.health.assertWritable();
        return { body: { status: "ready" } };
      },
    },
  ];
}
