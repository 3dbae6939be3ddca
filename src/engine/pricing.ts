import { calcPrice } from "@pydantic/genai-prices";
import { NANO_PER_DOLLAR } from "./execution/state.ts";
import type { TokenUsage } from "./ports/model.ts";

/** Which table the prices come from; kept with each cost, since prices change. A test holds it against package.json. */
export const PRICE_VERSION = "genai-prices 0.1.8";

/** Provider prefixes of model names, as the price table calls the providers. */
const PROVIDER_IDS: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  gemini: "google",
  mistral: "mistral",
  groq: "groq",
  deepseek: "deepseek",
  openrouter: "openrouter",
  together: "together",
  xai: "x-ai",
};

/**
 * The price of a call in nano-dollars, rounded once, to the nearest.
 *
 * @param model - as the definition names it, with its provider prefix if any.
 * @param usage - absent when the endpoint reported none.
 * @param at - when the call was made: prices change over time.
 * @returns `null` when the model is not in the table or the usage is missing; a price is never guessed.
 */
export function priceNano(model: string, usage: TokenUsage | undefined, at: number): number | null {
  if (!usage) return null;
  const { provider, name } = splitModel(model);
  const tokens = {
    input_tokens: usage.promptTokens,
    output_tokens: usage.completionTokens,
    ...(usage.cachedTokens !== undefined &&
      usage.cachedTokens <= usage.promptTokens && { cache_read_tokens: usage.cachedTokens }),
  };
  try {
    const price = calcPrice(tokens, name, {
      timestamp: new Date(at),
      ...(provider !== null && { providerId: provider }),
    });
    return price === null ? null : Math.round(price.total_price * NANO_PER_DOLLAR);
  } catch {
    // The table refuses usage that it has no price for (a negative count, a unit without a rate): unknown, not free.
    return null;
  }
}

/**
 * An upper bound of what a call can cost, for the cap.
 *
 * A token is at least one byte of the prompt, and roles and separators take a few tokens a message; so the bytes bound the
 * tokens for every tokenizer, and the bound holds without knowing which one is used.
 *
 * @returns `null` for a model without a known price: nothing can be reserved for it.
 */
export function worstCaseNano(params: {
  readonly model: string;
  readonly promptBytes: number;
  readonly messages: number;
  readonly maxTokens: number;
  readonly at: number;
}): number | null {
  const promptTokens = params.promptBytes + params.messages * TOKENS_PER_MESSAGE;
  return priceNano(params.model, { promptTokens, completionTokens: params.maxTokens }, params.at);
}

/** What chat formats add to each message, generously: OpenAI's add three or four. */
const TOKENS_PER_MESSAGE = 16;

/** `anthropic/claude-x` names the provider; `local/x` names one without prices, so only a model of the default endpoint is searched by name. */
function splitModel(model: string): { readonly provider: string | null; readonly name: string } {
  const slash = model.indexOf("/");
  if (slash < 0) return { provider: null, name: model };
  const prefix = model.slice(0, slash).toLowerCase();
  // An unknown prefix is an endpoint of the operator's own: what a model of that name costs elsewhere says nothing.
  return { provider: PROVIDER_IDS[prefix] ?? prefix, name: model.slice(slash + 1) };
}
