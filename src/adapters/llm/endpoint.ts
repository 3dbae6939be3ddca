import OpenAI from "openai";
import { boundedFetch } from "./bounded-fetch.ts";

/** An OpenAI-compatible endpoint. */
export interface EndpointOptions {
  /** Absent: OpenAI itself. */
  readonly baseUrl?: string | null | undefined;
  /** Absent: the endpoint needs none. */
  readonly apiKey?: string | null | undefined;
}

/** An endpoint with its client. */
export interface Endpoint {
  readonly client: OpenAI;
  /** Host, for messages: no path, no credentials. */
  readonly host: string;
  /** The variable that holds its key, for messages. */
  readonly keyVariable: string;
  readonly apiKey: string | null;
}

const OPENAI_URL = "https://api.openai.com/v1";

/**
 * Opens an endpoint. The client reads nothing from the environment: a key for one endpoint must
 * never reach another.
 */
function openEndpoint(options: EndpointOptions, keyVariable: string, timeoutMs: number): Endpoint {
  const baseURL = options.baseUrl ?? OPENAI_URL;
  const apiKey = options.apiKey ?? null;
  const client = new OpenAI({
    baseURL,
    // The client requires a key; without one the header is removed.
    apiKey: apiKey ?? "none",
    ...(apiKey === null && { defaultHeaders: { Authorization: null } }),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: timeoutMs,
    fetch: boundedFetch,
    logLevel: "off",
  });
  return { client, host: new URL(baseURL).host, keyVariable, apiKey };
}

/** Finds the endpoint of a model and the name that the model has there. */
export type EndpointFinder = (model: string) => {
  readonly endpoint: Endpoint;
  readonly name: string;
};

/**
 * Endpoints by model prefix: with a provider `anthropic`, `anthropic/x` is the model `x` there. The
 * default endpoint gets every other name whole, with or without a slash.
 */
export function createEndpointFinder(
  fallback: EndpointOptions,
  providers: Readonly<Record<string, EndpointOptions>>,
  timeoutMs: number,
): EndpointFinder {
  const standard = openEndpoint(fallback, "OPENAI_API_KEY", timeoutMs);
  const byPrefix = new Map(
    Object.entries(providers).map(([prefix, options]) => [
      toPrefix(prefix),
      openEndpoint(options, `LLM_${toPrefix(prefix).toUpperCase()}_API_KEY`, timeoutMs),
    ]),
  );
  return (model) => {
    const slash = model.indexOf("/");
    const endpoint = slash < 0 ? undefined : byPrefix.get(toPrefix(model.slice(0, slash)));
    return endpoint === undefined
      ? { endpoint: standard, name: model }
      : { endpoint, name: model.slice(slash + 1) };
  };
}

/** Variables cannot hold a hyphen: `LLM_MY_LAB_BASE_URL` serves `my-lab/…`. */
function toPrefix(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}
