import OpenAI from "openai";
import type { TokenUsage } from "../../engine/model/events.ts";
import type { ModelClient, ModelReply, ModelRequest } from "../../engine/ports/model.ts";
import { AppError } from "../../shared/errors.ts";
import { isDeeper, isJsonObject, type JsonObject, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { ModelBreakers } from "./breaker.ts";
import { createDialects, type Dialect, dialectParameters, nextDialect } from "./dialect.ts";
import { createEndpointFinder, type Endpoint, type EndpointOptions } from "./endpoint.ts";
import {
  type FailedCall,
  findWrappedError,
  isFiltered,
  isMalformedRequest,
  toModelError,
} from "./model-errors.ts";
import { MAX_DEPTH, nestedTooDeep, readStream } from "./stream.ts";

/** Characters of an answer. */
const MAX_TEXT = 500_000;

/** Milliseconds in which a model says nothing. */
const DEFAULT_TIMEOUT_MS = 60_000;

export interface OpenAiModelClientOptions extends EndpointOptions {
  /** Further endpoints by model prefix: `anthropic` serves `anthropic/…`. */
  readonly providers?: Readonly<Record<string, EndpointOptions>>;
  /**
   * Milliseconds of silence after which a call is given up; of the whole answer where an endpoint
   * does not stream. @default 60000
   */
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
  const breakers = new ModelBreakers();

  async function send(
    request: ModelRequest,
    endpoint: Endpoint,
    silence: Silence,
  ): Promise<JsonObject> {
    const address = endpoint.client.baseURL;
    let dialect: Dialect = dialects.recall(address, request);
    let refusal: unknown;
    for (;;) {
      try {
        const { body, isWhole, isComplete } = await post(request, dialect, endpoint, silence);
        if (!isWhole) dialects.remember(address, request, { ...dialect, streams: false });
        else if (refusal !== undefined) dialects.remember(address, request, dialect);
        if (!isComplete) throw new Error("The stream ended without the reason of its end.");
        return body;
      } catch (error) {
        if (!isMalformedRequest(error) || isFiltered(error)) throw error;
        refusal ??= error;
        const next = nextDialect(dialect, error.param ?? guessParameter(error.message));
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
    using silence = createSilence(timeoutMs, signal);
    try {
      const body = await send(request, endpoint, silence);
      return toReply(body, model, Math.round(performance.now() - startedAt));
    } catch (error) {
      const timedOut = silence.isOver() && !signal.aborted;
      throw toError(error, { endpoint, model, timeoutMs, timedOut }, signal);
    }
  }

  return {
    complete: (request, signal) => {
      const { endpoint, name } = findEndpoint(request.model);
      const { client, host } = endpoint;
      return breakers.run({ address: client.baseURL, host, model: name }, () =>
        complete({ ...request, model: name }, endpoint, signal),
      );
    },
    outages: breakers.outages,
    endOutage: breakers.endOutage,
  };
}

/** Ends a call when nothing was heard for a time. */
interface Silence extends Disposable {
  /** Aborted by the caller, or when it lasted too long. */
  readonly signal: AbortSignal;
  /** Something was heard. */
  break(): void;
  isOver(): boolean;
}

function createSilence(limitMs: number, caller: AbortSignal): Silence {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), limitMs);
  return {
    signal: AbortSignal.any([caller, controller.signal]),
    break: () => void timer.refresh(),
    isOver: () => controller.signal.aborted,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** The parameter that a refusal speaks of without naming it where it should. */
function guessParameter(message: string): string | null {
  return /\bstream/i.test(message) ? "stream" : null;
}

interface Posted {
  readonly body: JsonObject;
  /** A stream that says neither its usage nor its end is not asked for again. */
  readonly isWhole: boolean;
  readonly isComplete: boolean;
}

async function post(
  request: ModelRequest,
  dialect: Dialect,
  endpoint: Endpoint,
  silence: Silence,
): Promise<Posted> {
  const body: OpenAI.ChatCompletionCreateParams = {
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    ...dialectParameters(request, dialect),
  };
  const response = await endpoint.client.chat.completions
    .create(body, { signal: silence.signal })
    .asResponse();
  silence.break();
  const isStream = response.headers.get("content-type")?.includes("text/event-stream") === true;
  if (isStream) return readWhole(response, endpoint, silence);
  const read: unknown = await response.json();
  if (isDeeper(read, MAX_DEPTH)) throw nestedTooDeep();
  const answer = toJson(read);
  if (!isJsonObject(answer)) throw new SyntaxError("The body is not a JSON object.");
  throwWrapped(answer, response);
  return { body: answer, isWhole: true, isComplete: true };
}

async function readWhole(
  response: Response,
  endpoint: Endpoint,
  silence: Silence,
): Promise<Posted> {
  try {
    const { body, isComplete } = await readStream(response, endpoint.client, silence.break);
    throwWrapped(body, response);
    return { body, isComplete, isWhole: isComplete && readOwn(body, "usage") !== undefined };
  } catch (error) {
    // The client throws an error within a stream without a status.
    if (
      error instanceof OpenAI.APIError &&
      error.status === undefined &&
      error.error !== undefined
    ) {
      throwWrapped({ choices: [{ error: toJson(error.error) }] }, response);
    }
    throw error;
  }
}

function throwWrapped(body: JsonObject, { headers }: Response): void {
  const wrapped = findWrappedError(body, headers);
  if (wrapped !== null) throw wrapped;
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

function toReply(raw: JsonObject, model: string, latencyMs: number): ModelReply {
  const choice = readOwn(readOwn(raw, "choices"), "0");
  const message = readOwn(choice, "message");
  const refusal = readOwn(message, "refusal");
  const finishReason = readOwn(choice, "finish_reason");
  const usage = toUsage(readOwn(raw, "usage"));
  const answeredBy = readOwn(raw, "model");
  const text = toText(readOwn(message, "content")).toWellFormed();
  if (text.length > MAX_TEXT) throw textTooLong(model);
  return {
    text,
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

function textTooLong(model: string): AppError {
  return new AppError({
    code: "model_output_invalid",
    message: `The model ${model} answered with more than ${MAX_TEXT} characters. Set a lower maxTokens, or use another model.`,
    outcomeUnknown: true,
  });
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
