import type { ModelRequest } from "../../engine/ports/model.ts";
import { hashJson, type JsonObject } from "../../shared/json.ts";

/*
 * Endpoints that call themselves compatible differ in what they take: some know no structured output, some only its older
 * form, some models refuse a temperature or the old name of the token limit. What is refused is asked for in another way, and
 * what then works is remembered, so that it costs one refused request per process and not one per call.
 */

/** How the form of an answer is asked for, from the strictest on. */
const FORMS = ["strict", "schema", "object", "none"] as const;
type Form = (typeof FORMS)[number];

/** The way in which one request is put. */
export interface Dialect {
  readonly form: Form;
  readonly tokenLimit: "max_tokens" | "max_completion_tokens";
  readonly hasTemperature: boolean;
}

/** Remembered ways; definitions are few, but whoever deploys must not be able to fill the memory. */
const MAX_REMEMBERED = 1000;

/** What was learned about endpoints, models and schemas. */
export interface Dialects {
  /** The way that worked last, or the first to try. */
  recall(address: string, request: ModelRequest): Dialect;
  remember(address: string, request: ModelRequest, dialect: Dialect): void;
}

export function createDialects(): Dialects {
  const known = new Map<string, Dialect>();
  // By schema too: one that an endpoint refuses must not take structured output away from the others.
  const keyOf = (address: string, { model, format }: ModelRequest): string =>
    `${address} ${model} ${format === undefined ? "" : hashJson(format)}`;
  return {
    recall: (address, request) => known.get(keyOf(address, request)) ?? firstDialect(request),
    remember: (address, request, dialect) => {
      const key = keyOf(address, request);
      known.delete(key);
      known.set(key, dialect);
      const oldest = known.size > MAX_REMEMBERED ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
    },
  };
}

function firstDialect({ format }: ModelRequest): Dialect {
  const form = format === undefined ? "none" : format === "object" ? "object" : "strict";
  return { form, tokenLimit: "max_tokens", hasTemperature: true };
}

/**
 * The next way to put a request that was refused as malformed.
 *
 * @param parameter - the parameter that the endpoint complains about; `null` if it does not say: everything is tried in turn.
 * @returns `null` when nothing is left to try.
 */
export function nextDialect(dialect: Dialect, parameter: string | null): Dialect | null {
  const { form, tokenLimit, hasTemperature } = dialect;
  switch (parameter?.split(".")[0] ?? null) {
    case "response_format":
      return form === "none" ? null : weaker(dialect);
    case "max_tokens":
      return tokenLimit === "max_tokens"
        ? { ...dialect, tokenLimit: "max_completion_tokens" }
        : null;
    case "temperature":
      return hasTemperature ? { ...dialect, hasTemperature: false } : null;
    case null:
      if (form !== "none") return weaker(dialect);
      if (tokenLimit === "max_tokens") return { ...dialect, tokenLimit: "max_completion_tokens" };
      return hasTemperature ? { ...dialect, hasTemperature: false } : null;
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
