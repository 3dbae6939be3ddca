import { z } from "zod";
import { isHostPattern } from "../shared/host-pattern.ts";

/** Where traces are sent, and what is in them. */
export interface TracingConfig {
  /** Of the traces: with `/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly isCompressed: boolean;
  /** `service.name` and what else is said of this process. */
  readonly resource: Readonly<Record<string, string>>;
  /** Which part of the executions is exported, 0 to 1. */
  readonly ratio: number;
  readonly hasGenAi: boolean;
  readonly hasContent: boolean;
  /** Hosts whose requests carry `traceparent`, as `matchesHost` reads them. */
  readonly traceparentHosts: readonly string[];
}

const text = z.string().trim().min(1);
const httpUrl = z.url({ protocol: /^https?$/ });

/** `key=value,key=value`, values percent-encoded (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables). */
const pairs = text.transform((value, context) => {
  const read = value
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
  const entries = read.map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, Math.max(at, 0)).trim(), decode(pair.slice(at + 1).trim())] as const;
  });
  if (entries.every(([name, decoded]) => name !== "" && decoded !== null))
    return Object.fromEntries(entries.map(([name, decoded]) => [name, decoded ?? ""]));
  context.addIssue({
    code: "custom",
    message: "must be name=value pairs separated by commas, with % and , in values percent-encoded",
  });
  return z.NEVER;
});

function decode(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}

const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

const ratio = text.regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/, "must be a number from 0 to 1");
const flag = z.enum(["true", "false"]);

/** The variables of OpenTelemetry that are read, by their standard names, and what the standard has no name for. */
export const TRACING_VARIABLES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.optional(),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.enum(["http/protobuf"]).default("http/protobuf"),
  OTEL_EXPORTER_OTLP_TIMEOUT: text
    .regex(/^[1-9]\d{2,5}$/, "must be milliseconds, from 100 to 999999")
    .transform(Number)
    .default(10_000),
  OTEL_EXPORTER_OTLP_COMPRESSION: z.enum(["gzip", "none"]).default("none"),
  OTEL_SERVICE_NAME: text.optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairs.optional(),
  OTEL_TRACES_EXPORTER: z.enum(["otlp", "none"]).default("otlp"),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: ratio.transform(Number).default(1),
  OTEL_SDK_DISABLED: flag.default("false"),
  OTEL_SEMCONV_STABILITY_OPT_IN: text.optional(),
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: flag.default("false"),
  TRACEPARENT_HOSTS: text
    .transform((value) => value.split(/[\s,]+/).filter((part) => part !== ""))
    .refine(
      (hosts) => hosts.every(isHostPattern),
      "must be host names, host:port or *.domain, separated by commas",
    )
    .default([]),
} as const;

const Variables = z.object(TRACING_VARIABLES);

/** @returns `null`: no endpoint is named, or traces are switched off. */
export function tracingConfig(values: z.output<typeof Variables>): TracingConfig | null {
  const url = urlOf(values);
  if (url === null || values.OTEL_SDK_DISABLED === "true" || values.OTEL_TRACES_EXPORTER === "none")
    return null;
  const optIn = (values.OTEL_SEMCONV_STABILITY_OPT_IN ?? "").split(",").map((part) => part.trim());
  return {
    url,
    headers: {
      ...values.OTEL_EXPORTER_OTLP_HEADERS,
      ...values.OTEL_EXPORTER_OTLP_TRACES_HEADERS,
    },
    timeoutMs: values.OTEL_EXPORTER_OTLP_TIMEOUT,
    isCompressed: values.OTEL_EXPORTER_OTLP_COMPRESSION === "gzip",
    resource: {
      "service.name": "heddle",
      ...values.OTEL_RESOURCE_ATTRIBUTES,
      ...(values.OTEL_SERVICE_NAME !== undefined && { "service.name": values.OTEL_SERVICE_NAME }),
    },
    ratio: ratioOf(values),
    hasGenAi: optIn.includes("gen_ai_latest_experimental"),
    hasContent: values.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT === "true",
    traceparentHosts: values.TRACEPARENT_HOSTS,
  };
}

function urlOf(values: z.output<typeof Variables>): string | null {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: base } = values;
  if (own !== undefined) return own;
  return base === undefined ? null : `${base.replace(/\/+$/, "")}/v1/traces`;
}

/** A run is the root of its trace, so that samplers by the parent decide as for roots. */
function ratioOf(values: z.output<typeof Variables>): number {
  const { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: part } = values;
  if (sampler.endsWith("always_off")) return 0;
  return sampler.endsWith("traceidratio") ? part : 1;
}
