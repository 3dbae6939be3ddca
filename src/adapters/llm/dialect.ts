import type { ModelRequest } from "../../engine/ports/model.ts";
import { hashJson, type JsonObject } from "../../shared/json.ts";
import { LruMap } from "../../shared/lru-map.ts";

/*
 * Compatible endpoints differ in what they accept: some know no structured output, some only its
 * older form, some models refuse a temperature or the old name of the token limit. A refused
 * request is put in another way, and the way that works is remembered: one refusal per process, not
 * one per call.
 */

/** Ways to request the form of an answer, the strictest first. */
const FORMS = ["strict", "schema", "object", "none"] as const;
type Form = (typeof FORMS)[number];

/** Parameters that depend on the endpoint and model. */
export interface Dialect {
  readonly form: Form;
  readonly tokenLimit: "max_tokens" | "max_completion_tokens";
  readonly hasTemperature: boolean;
  /** Comes in pieces, so that a silence shows. */
  readonly streams: boolean;
}

/** Dialects in memory: models and schemas come from definitions, which must not exhaust it. */
const MAX_REMEMBERED = 1000;

/** Known dialects by endpoint, model and schema. */
export interface Dialects {
  /** The dialect that worked last, or the first to try. */
  recall(address: string, request: ModelRequest): Dialect;
  remember(address: string, request: ModelRequest, dialect: Dialect): void;
}

export function createDialects(): Dialects {
  const known = new LruMap<string, Dialect>(MAX_REMEMBERED);
  // By schema too: one refused schema must not disable structured output for the others.
  const keyOf = (address: string, { model, format }: ModelRequest): string =>
    `${address} ${model} ${format === undefined ? "" : hashJson(format)}`;
  return {
    recall: (address, request) => known.get(keyOf(address, request)) ?? firstDialect(request),
    remember: (address, request, dialect) => known.set(keyOf(address, request), dialect),
  };
}

function firstDialect({ format }: ModelRequest): Dialect {
  const form = format === undefined ? "none" : format === "object" ? "object" : "strict";
  return { form, tokenLimit: "max_tokens", hasTemperature: true, streams: true };
}

/**
 * The next dialect for a request that was refused as malformed.
 *
 * @param parameter - the parameter that the endpoint names; `null`: it names none, and all are
 *   tried.
 * @returns `null` when nothing is left to try.
 */
export function nextDialect(dialect: Dialect, parameter: string | null): Dialect | null {
  const { form, tokenLimit, hasTemperature, streams } = dialect;
  switch (parameter?.split(".")[0] ?? null) {
    case "response_format":
      return form === "none" ? null : weaker(dialect);
    case "max_tokens":
      return tokenLimit === "max_tokens"
        ? { ...dialect, tokenLimit: "max_completion_tokens" }
        : null;
    case "temperature":
      return hasTemperature ? { ...dialect, hasTemperature: false } : null;
    case "stream":
    case "stream_options":
      return streams ? { ...dialect, streams: false } : null;
    case null:
      if (form !== "none") return weaker(dialect);
      if (tokenLimit === "max_tokens") return { ...dialect, tokenLimit: "max_completion_tokens" };
      if (hasTemperature) return { ...dialect, hasTemperature: false };
      return streams ? { ...dialect, streams: false } : null;
    default:
      return null;
  }
}

function weaker(dialect: Dialect): Dialect {
  return { ...dialect, form: FORMS[FORMS.indexOf(dialect.form) + 1] ?? "none" };
}

/** The parameters of a request that depend on the dialect. */
export function dialectParameters(request: ModelRequest, dialect: Dialect) {
  const { format } = request;
  return {
    ...(dialect.tokenLimit === "max_tokens"
      ? { max_tokens: request.maxTokens }
      : { max_completion_tokens: request.maxTokens }),
    ...(dialect.hasTemperature && { temperature: request.temperature }),
    // Without the option a stream says nothing of its usage.
    ...(dialect.streams && { stream: true as const, stream_options: { include_usage: true } }),
    ...responseFormat(format, dialect.form),
  };
}

function responseFormat(format: ModelRequest["format"], form: Form) {
  if (format === undefined || form === "none") return {};
  if (format === "object" || form === "object") {
    return { response_format: { type: "json_object" as const } };
  }
  const schema: Record<string, unknown> = { ...(format.schema satisfies JsonObject) };
  return {
    response_format: {
      type: "json_schema" as const,
      json_schema: { name: format.name, schema, strict: form === "strict" },
    },
  };
}
