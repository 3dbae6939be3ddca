import { Histogram, type Registry } from "prom-client";

/** A request that was answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** As the endpoint is declared, `/api/workflows/:id`; `null`: there is none. */
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
}

/** Measures the answers of the HTTP server: API, webhooks and pages, not what Slack sends. */
export function createHttpMeters(registry: Registry): (request: AnsweredRequest) => void {
  const durations = new Histogram({
    name: "heddle_http_request_duration_seconds",
    help: "How long HTTP requests took until their answer, by method, route and class of status; streams until they began.",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [registry],
  });
  return ({ method, route, status, ms }) => {
    // Strangers choose methods and paths: what no endpoint has is one label.
    const labels = route === null ? { method: "other", route: "none" } : { method, route };
    durations.observe({ ...labels, status: `${Math.floor(status / 100)}xx` }, ms / 1000);
  };
}
