import type { RunningEngine } from "../engine/engine.ts";
import type { Clock } from "../engine/ports/clock.ts";
import type { Logger } from "../engine/ports/logger.ts";
import type { Store } from "../engine/ports/store.ts";
import type { TraceParentFor } from "../services/http/http-service.ts";
import { matchesHost } from "../shared/host-pattern.ts";
import { openOtlpSender } from "../telemetry/otlp-sender.ts";
import { createSpanReader } from "../telemetry/read-spans.ts";
import {
  attemptPart,
  isSampled,
  spanIdOf,
  toTraceParent,
  traceIdOf,
} from "../telemetry/span-ids.ts";
import { type TraceCounts, TraceExporter } from "../telemetry/trace-exporter.ts";
import type { TracingConfig } from "./tracing-config.ts";

export interface TracingOptions {
  readonly config: TracingConfig;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hideSecrets: (text: string) => string;
  readonly processName: string;
  readonly counts: TraceCounts;
}

export interface Tracing {
  /** To be called after each commit. */
  readonly observe: TraceExporter["observe"];
  /** The `traceparent` of a request that a step makes. */
  readonly traceParentFor: TraceParentFor;
  start(): Promise<void>;
  /** Takes over what other processes leave that die. @returns what ends this, and sends what is left, for two seconds at most. */
  follow(engine: Pick<RunningEngine, "onProcessDied">): () => Promise<void>;
}

/** Part of the eight seconds that a stop may take. */
const FLUSH_MS = 2000;

/** Exports what happens as traces. */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const { config, store, hideSecrets } = options;
  const { hasGenAi, hasContent, ratio, traceparentHosts } = config;
  const exporter = new TraceExporter({
    ...options,
    ratio,
    sender: await openOtlpSender(config),
    readSpans: createSpanReader(store, { hasGenAi, hasContent, hideSecrets }),
  });
  return {
    observe: (events, state) => exporter.observe(events, state),
    traceParentFor: (url, { executionId, idempotencyKey, attempt }) => {
      // Others have no use for it, and could tell from it which requests belong together.
      if (!matchesHost(url, traceparentHosts)) return null;
      const traceId = traceIdOf(executionId);
      const path = idempotencyKey.slice(executionId.length + 1);
      const spanId = spanIdOf(executionId, attemptPart(path, attempt));
      return toTraceParent({ traceId, spanId }, isSampled(traceId, ratio));
    },
    start: () => exporter.start(),
    follow(engine) {
      const end = engine.onProcessDied(() => void exporter.adopt());
      return () => {
        end();
        return exporter.stop(FLUSH_MS);
      };
    },
  };
}
