import type { Engine } from "../../engine/api/engine.ts";
import type { Route } from "../http/route.ts";

/** Says why the process may not take work now; `null`: it may. */
export type Readiness = () => string | null;

/** For whoever watches the process; open to all, and telling nothing but yes or no and why. */
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
        // What is accepted has to be kept; when the store cannot, its error is the answer.
        await engine.health.assertWritable();
        return { body: { status: "ready" } };
      },
    },
  ];
}
