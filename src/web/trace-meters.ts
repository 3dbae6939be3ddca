import { Counter, Gauge, type Registry } from "prom-client";

/** What becomes of the spans that are exported as traces. */
export interface TraceMeters {
  sent(spans: number): void;
  /** A request came to nothing and is repeated later. */
  failed(): void;
  /** Spans of so many executions were refused for good. */
  dropped(executions: number): void;
  /** So many executions wait for their spans to be sent. */
  waiting(executions: number): void;
}

export function createTraceMeters(registry: Registry): TraceMeters {
  const registers = [registry];
  const sent = new Counter({
    name: "heddle_trace_spans_exported_total",
    help: "Spans that the OTLP endpoint took.",
    registers,
  });
  const failed = new Counter({
    name: "heddle_trace_export_failures_total",
    help: "Exports of spans that came to nothing and are repeated.",
    registers,
  });
  const dropped = new Counter({
    name: "heddle_trace_executions_dropped_total",
    help: "Executions whose spans the OTLP endpoint refused for good.",
    registers,
  });
  const waiting = new Gauge({
    name: "heddle_trace_executions_waiting",
    help: "Executions whose spans this process has yet to export.",
    registers,
  });
  return {
    sent: (spans) => sent.inc(spans),
    failed: () => failed.inc(),
    dropped: (executions) => dropped.inc(executions),
    waiting: (executions) => waiting.set(executions),
  };
}
