import { SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { GENAI_CONVENTIONS } from "./model-call-span.ts";
import type { AttributeValue, Span } from "./span.ts";

/** How spans are sent. */
export interface OtlpOptions {
  /** Of the traces: `https://collector.example:4318/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds that one request may take, its repeats included. */
  readonly timeoutMs: number;
  readonly isCompressed: boolean;
  /** What every span is said to come from, `service.name` among it. */
  readonly resource: Readonly<Record<string, string>>;
}

/** Why spans were not taken. */
export interface SendFailure {
  /** In words, for the log; no header and no answer of the other side is in it. */
  readonly problem: string;
  /** The same request would be refused again. */
  readonly isFinal: boolean;
}

export interface OtlpSender {
  /** Never rejects. @returns `null`: they were taken. */
  send(spans: readonly Span[]): Promise<SendFailure | null>;
  stop(): Promise<void>;
}

/** Statuses that say that these spans will not be taken however often they are sent. */
const FINAL = new Set([400, 413, 415, 422]);

/** Sends spans by OTLP over HTTP, in protobuf. OpenTelemetry's modules are loaded by this call, and by nothing else; its API alone, which is a few constants here, is loaded before. */
export async function openOtlpSender(options: OtlpOptions): Promise<OtlpSender> {
  const [{ OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import("@opentelemetry/exporter-trace-otlp-proto"),
    import("@opentelemetry/resources"),
  ]);
  const { url, headers, timeoutMs } = options;
  const exporter = new OTLPTraceExporter({
    ...{ url, headers: { ...headers }, timeoutMillis: timeoutMs, keepAlive: true },
    ...(options.isCompressed && GZIP),
  });
  const resource = resourceFromAttributes({ ...options.resource });
  return {
    send: (spans) =>
      new Promise((resolve) => {
        exporter.export(
          spans.map((span) => toReadableSpan(span, resource)),
          ({ code, error }) => resolve(isSuccess(code) ? null : toFailure(error)),
        );
      }),
    stop: () => exporter.shutdown(),
  };
}

const SCOPE = {
  name: "heddle",
  schemaUrl: `https://opentelemetry.io/schemas/${GENAI_CONVENTIONS}`,
};

/** Values of enumerations whose modules are not loaded with this one. */
const GZIP: object = { compression: "gzip" };

const KINDS = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
} as const;
const STATUS = { unset: SpanStatusCode.UNSET, error: SpanStatusCode.ERROR } as const;
const SAMPLED = TraceFlags.SAMPLED;

function isSuccess(code: number): boolean {
  return code === 0;
}

function toFailure(error: Error | undefined): SendFailure {
  const status: unknown = error && "code" in error ? error.code : undefined;
  if (typeof status === "number")
    return { problem: `it answered with ${status}`, isFinal: FINAL.has(status) };
  if (typeof status === "string" && /^[A-Z_]+$/.test(status))
    return { problem: status, isFinal: false };
  return { problem: "it does not answer", isFinal: false };
}

function toReadableSpan(span: Span, resource: ReadableSpan["resource"]): ReadableSpan {
  const { traceId, spanId, parentSpanId, startedAt, endedAt } = span;
  const context = { traceId, spanId, traceFlags: SAMPLED };
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => context,
    ...(parentSpanId !== null && {
      parentSpanContext: { traceId, spanId: parentSpanId, traceFlags: SAMPLED },
    }),
    startTime: toTime(startedAt),
    endTime: toTime(endedAt),
    duration: toTime(endedAt - startedAt),
    status: {
      code: STATUS[span.status],
      ...(span.message !== undefined && { message: span.message }),
    },
    attributes: toAttributes(span.attributes),
    links: span.links.map((link) => ({
      context: { traceId: link.traceId, spanId: link.spanId, traceFlags: SAMPLED, isRemote: true },
      attributes: toAttributes(link.attributes),
    })),
    events: span.events.map(({ name, at, attributes }) => ({
      ...{ name, time: toTime(at), attributes: toAttributes(attributes) },
    })),
    ...{ ended: true, resource, instrumentationScope: SCOPE },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}

function toAttributes(
  attributes: Readonly<Record<string, AttributeValue>>,
): Record<string, string | number | boolean | string[]> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "object" ? [...value] : value,
    ]),
  );
}

function toTime(ms: number): [number, number] {
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
}
