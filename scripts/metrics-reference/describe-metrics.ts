import { createTelemetry } from "../../src/web/telemetry.ts";

export interface MetricDescription {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** The metrics of `GET /metrics`, those of Node and the process included, by name. */
export function describeMetrics(): readonly MetricDescription[] {
  const { registry } = createTelemetry();
  return registry
    .getMetricsAsArray()
    .map((metric) => ({
      name: readText(metric, "name"),
      type: TYPES[metric.constructor.name] ?? "gauge",
      help: readText(metric, "help"),
      labels: readList(metric, "labelNames"),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

const TYPES: Readonly<Record<string, string>> = {
  Counter: "counter",
  Gauge: "gauge",
  Histogram: "histogram",
  Summary: "summary",
};

function readText(metric: object, name: string): string {
  return String(Reflect.get(metric, name));
}

function readList(metric: object, name: string): readonly string[] {
  const list: unknown = Reflect.get(metric, name);
  return Array.isArray(list) ? list.map(String) : [];
}
