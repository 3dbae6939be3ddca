import type { Outage } from "../../shared/circuit-breaker.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { TokenUsage } from "../model/events.ts";

export interface ModelMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface ModelRequest {
  /**
   * As the definition names it, with its provider prefix if any: `gpt-4o-mini`,
   * `anthropic/claude-…`.
   */
  readonly model: string;
  readonly messages: readonly ModelMessage[];
  readonly temperature: number;
  /** Most tokens the answer may have. */
  readonly maxTokens: number;
  /**
   * JSON schema of the wanted answer; absent for plain text. `"object"` asks for any JSON object.
   */
  readonly format?: { readonly name: string; readonly schema: JsonObject } | "object";
}

export interface ModelReply {
  /** The text of the first choice; empty if the model sent none. */
  readonly text: string;
  readonly finishReason: string;
  /** Set when the model declined to answer. */
  readonly refusal?: string;
  /** Absent when the endpoint reported none: the cost is then unknown, not zero. */
  readonly usage?: TokenUsage;
  /** Model name as the endpoint reports it, for the audit. */
  readonly model: string;
  readonly latencyMs: number;
  /** The whole response body as received, for the audit. */
  readonly raw: JsonObject;
}

/** A chat model behind any OpenAI-compatible endpoint. */
export interface ModelClient {
  /**
   * Calls once; retries are the caller's.
   *
   * @throws {AppError} `model_rate_limited` (retryable, with `retryAfterMs` if given),
   * `model_unavailable` (retryable: 5xx, network, time-out, aborted), `model_breaker_open`
   * (retryable, with `retryAfterMs`: it failed so often that it was not called), `model_rejected`
   * (not retryable: wrong key, unknown model, bad request).
   */
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
  /** Models that failed so often that this process does not call them for the moment. @default none */
  outages?(): readonly Outage[];
  /** Calls a model again as if it had not failed. @param id - of an outage. @returns whether there was one. */
  endOutage?(id: string): boolean;
}

/**
 * Price of a model that the package does not know, or knows differently; dollars per million
 * tokens.
 */
export interface PriceOverride {
  readonly inputUsdPerMillion: number;
  readonly outputUsdPerMillion: number;
  /** Defaults to the input price. */
  readonly cachedInputUsdPerMillion?: number;
}
