import type OpenAI from "openai";
import type { TokenUsage } from "../../engine/model/events.ts";
import type { ModelClient, ModelReply, ModelRequest } from "../../engine/ports/model.ts";
import { AppError } from "../../shared/errors.ts";
import { isJsonObject, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { createBreakers } from "./breaker.ts";
import { createDialects, type Dialect, dialectParameters, nextDialect } from "./dialect.ts";
import { createEndpointFinder, type Endpoint, type EndpointOptions } from "./endpoint.ts";
import {
  type FailedCall,
  findWrappedError,
  isFiltered,
  isMalformedRequest,
  toModelError,
} from "./model-errors.ts";

/** Milliseconds for one answer of a model. */
const DEFAULT_TIMEOUT_MS = 60_000;

export interface OpenAiModelClientOptions extends EndpointOptions {
  /** Further endpoints by model prefix: `anthropic` serves `anthropic/…`. */
  readonly providers?: Readonly<Record<string, EndpointOptions>>;
  /** @default 60000 */
  readonly timeoutMs?: number;
}

/**
 * A client for every endpoint that speaks OpenAI's chat completions.
 *
 * If an endpoint refuses a parameter (structured output, a temperature, the name of the token
 * limit), the request is put in another dialect, and the client remembers the one that works. A
 * model that fails repeatedly is not called for a moment; other models are not affected.
 */
export function createOpenAiModelClient(options: OpenAiModelClientOptions = {}): ModelClient {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const findEndpoint = createEndpointFinder(options, options.providers ?? {}, timeoutMs);
  const dialects = createDialects();
  const breakerOf = createBreakers();

  async function send(
    request: ModelRequest,
    endpoint: Endpoint,
    signal: AbortSignal,
  ): Promise<unknown> {
    const address = endpoint.client.baseURL;
    let dialect: Dialect = dialects.recall(address, request);
    let refusal: unknown;
    for (;;) {
      try {
        const body = await post(request, dialect, endpoint, signal);
        if (refusal !== undefined) dialects.remember(address, request, dialect);
        return body;
      } catch (error) {
        if (!isMalformedRequest(error) || isFiltered(error)) throw error;
        refusal ??= error;
        const next = nextDialect(dialect, error.param ?? null);
        // The first refusal is about the request as intended.
        if (next === null) throw refusal;
        dialect = next;
      }
    }
  }

  async function complete(
    request: ModelRequest,
    endpoint: Endpoint,
    signal: AbortSignal,
  ): Promise<ModelReply> {
    const { model } = request;
    const startedAt = performance.now();
    // The client's time limit covers only the headers; the body may stall as well.
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const body = await send(request, endpoint, AbortSignal.any([signal, limit]));
      return toReply(body, model, Math.round(performance.now() - startedAt));
    } catch (error) {
      const timedOut = limit.aborted && !signal.aborted;
      throw toError(error, { endpoint, model, timeoutMs, timedOut }, signal);
    }
  }

  return {
    complete: (request, signal) => {
      const { endpoint, name } = findEndpoint(request.model);
      const breaker = breakerOf(endpoint.client.baseURL, endpoint.host, name);
      return breaker.run(() => complete({ ...request, model: name }, endpoint, signal));
    },
  };
}

async function post(
  request: ModelRequest,
  dialect: Dialect,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<unknown> {
  const body: OpenAI.ChatCompletionCreateParamsNonStreaming = {
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    ...dialectParameters(request, dialect),
  };
  const { data, response } = await endpoint.client.chat.completions
    .create(body, { signal })
    .withResponse();
  const wrapped = findWrappedError(data, response.headers);
  if (wrapped !== null) throw wrapped;
  return data;
}

function toError(error: unknown, call: FailedCall, signal: AbortSignal): AppError {
  if (error instanceof AppError) return error;
  if (!signal.aborted) return toModelError(error, call);
  return new AppError({
    code: "model_unavailable",
    message: `The call of the model ${call.model} was stopped before it answered.`,
    retryable: true,
    outcomeUnknown: true,
    details: { stopped: true },
    cause: error,
  });
}

function toReply(body: unknown, model: string, latencyMs: number): ModelReply {
  const raw = toJson(body);
  if (!isJsonObject(raw)) {
    throw new SyntaxError("The body is not a JSON object.");
  }
  const choice = readOwn(readOwn(raw, "choices"), "0");
  const message = readOwn(choice, "message");
  const refusal = readOwn(message, "refusal");
  const finishReason = readOwn(choice, "finish_reason");
  const usage = toUsage(readOwn(raw, "usage"));
  const answeredBy = readOwn(raw, "model");
  return {
    text: toText(readOwn(message, "content")),
    finishReason: typeof finishReason === "string" ? finishReason : choice ? "stop" : "no_choices",
    ...omitUndefined({
      refusal: refusal !== "" && typeof refusal === "string" ? refusal : undefined,
      usage,
    }),
    model: typeof answeredBy === "string" ? answeredBy : model,
    latencyMs,
    raw,
  };
}

/** Some endpoints send the content in parts. */
function toText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => readOwn(part, "text"))
    .filter((text) => typeof text === "string")
    .join("");
}

function toUsage(usage: unknown): TokenUsage | undefined {
  const promptTokens = toCount(readOwn(usage, "prompt_tokens"));
  const completionTokens = toCount(readOwn(usage, "completion_tokens"));
  if (promptTokens === null || completionTokens === null) return undefined;
  const cachedTokens = toCount(readOwn(readOwn(usage, "prompt_tokens_details"), "cached_tokens"));
  return {
    promptTokens,
    completionTokens,
    ...(cachedTokens !== null && cachedTokens > 0 && { cachedTokens }),
  };
}

function toCount(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
