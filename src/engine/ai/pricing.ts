import { calcPrice, findProvider } from "@pydantic/genai-prices";
import { hashJson, toJson } from "../../shared/json.ts";
import { toNano } from "../../shared/money.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { TokenUsage } from "../model/events.ts";
import type { PriceOverride } from "../ports/model.ts";

/*
 * Prices come from the data inside the package; it never fetches newer ones. Costs are integers of nano-dollars, rounded once
 * per call, so that totals are exact sums.
 */

/**
 * Name and version of the package whose data the prices are; stored with every call.
 *
 * @internal exported for its test
 */
export const PRICE_DATA_VERSION = "genai-prices@0.1.8";

const TOKENS_PER_MILLION = 1_000_000;

/** Tokens that a chat format adds around each message, at most. */
const TOKENS_PER_MESSAGE = 16;

/** What one call cost. */
export interface CallPrice {
  /** `null`: the model has no known price, or the endpoint reported no usage. Never guessed. */
  readonly costNano: number | null;
  readonly priceVersion: string;
}

export interface PriceBook {
  /** @param call - `model` as the definition names it, with its prefix if any; `at` in milliseconds since 1970: prices change. */
  priceCall(call: {
    readonly model: string;
    readonly usage: TokenUsage | undefined;
    readonly at: number;
  }): CallPrice;
  /**
   * The most that a call can cost; `null` for a model without a known price.
   *
   * No tokenizer makes more tokens than a text has bytes, so bytes are what the prompt is charged by: an upper bound that holds for
   * every model, about four times the real price of English text.
   */
  worstCaseNano(call: {
    readonly model: string;
    /** UTF-8 bytes of all messages and of the answer's schema. */
    readonly promptBytes: number;
    readonly messages: number;
    readonly maxTokens: number;
    readonly at: number;
  }): number | null;
}

/** Prices from the package's data, with `overrides` by model name going first. */
export function createPriceBook(
  overrides: Readonly<Record<string, PriceOverride>> = {},
): PriceBook {
  const known = new Map(Object.entries(overrides));
  const overrideVersion =
    known.size === 0 ? "" : `overrides@${hashJson(toJson(overrides)).slice(0, 8)}`;

  function costNano(model: string, usage: TokenUsage, at: number): number | null {
    const override = known.get(model);
    const dollars = override ? overrideDollars(override, usage) : packageDollars(model, usage, at);
    return dollars === null || !Number.isFinite(dollars) ? null : toNano(dollars);
  }

  return {
    priceCall: ({ model, usage, at }) => ({
      costNano: usage === undefined ? null : costNano(model, usage, at),
      priceVersion: known.has(model) ? overrideVersion : PRICE_DATA_VERSION,
    }),
    worstCaseNano: ({ model, promptBytes, messages, maxTokens, at }) =>
      costNano(
        model,
        {
          promptTokens: promptBytes + messages * TOKENS_PER_MESSAGE,
          completionTokens: maxTokens,
        },
        at,
      ),
  };
}

function overrideDollars(price: PriceOverride, usage: TokenUsage): number {
  const cached = cachedTokens(usage);
  const { inputUsdPerMillion: input, outputUsdPerMillion: output } = price;
  const total =
    (usage.promptTokens - cached) * input +
    cached * (price.cachedInputUsdPerMillion ?? input) +
    usage.completionTokens * output;
  return total / TOKENS_PER_MILLION;
}

function packageDollars(model: string, usage: TokenUsage, at: number): number | null {
  const slash = model.indexOf("/");
  const providerId = slash < 0 ? undefined : model.slice(0, slash).toLowerCase();
  // A prefix names the provider that is paid; the same model elsewhere (a machine of one's own) has another price.
  if (providerId !== undefined && !findProvider({ providerId })) return null;
  try {
    const price = calcPrice(
      {
        input_tokens: usage.promptTokens,
        cache_read_tokens: cachedTokens(usage),
        output_tokens: usage.completionTokens,
      },
      model.slice(slash + 1),
      { ...omitUndefined({ providerId }), timestamp: new Date(at) },
    );
    return price?.total_price ?? null;
  } catch {
    // The package throws for models whose price it knows only in part.
    return null;
  }
}

function cachedTokens(usage: TokenUsage): number {
  return Math.min(usage.cachedTokens ?? 0, usage.promptTokens);
}
