import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createPriceBook, PRICE_DATA_VERSION } from "../../../src/engine/ai/pricing.ts";

const at = Date.UTC(2026, 10, 23);
const prices = createPriceBook();

describe("priceCall", () => {
  test.each([
    ["gpt-4o", 0.0025, 0.01],
    ["gpt-4o-mini", 0.00015, 0.0006],
    ["gpt-4-turbo", 0.01, 0.03],
    ["claude-3-haiku", 0.00025, 0.00125],
    ["anthropic/claude-3-haiku", 0.00025, 0.00125],
  ])("charges %s by its price per thousand tokens", (model, input, output) => {
    const price = prices.priceCall({
      model,
      usage: { promptTokens: 3000, completionTokens: 2000 },
      at,
    });

    expect(price.costNano).toBe(Math.round((3 * input + 2 * output) * 1e9));
  });

  test("gives whole nano-dollars for a single token", () => {
    const usage = { promptTokens: 1, completionTokens: 0 };

    expect(prices.priceCall({ model: "gpt-4o-mini", usage, at }).costNano).toBe(150);
  });

  test("charges cached tokens by their own price, and never more of them than there are", () => {
    const cost = (cachedTokens: number) =>
      prices.priceCall({
        model: "gpt-4o-mini",
        usage: { promptTokens: 1000, completionTokens: 0, cachedTokens },
        at,
      }).costNano;

    expect(cost(0)).toBe(150_000);
    expect(cost(1000)).toBe(75_000);
    expect(cost(5000)).toBe(75_000);
  });

  test.each(["qwen2.5-coder", "local/gpt-4o", "gpt-4o-mini-of-our-own", ""])(
    "does not guess a price for %j",
    (model) => {
      const usage = { promptTokens: 10, completionTokens: 10 };

      expect(prices.priceCall({ model, usage, at }).costNano).toBeNull();
    },
  );

  test("does not take missing usage for zero", () => {
    expect(prices.priceCall({ model: "gpt-4o", usage: undefined, at }).costNano).toBeNull();
  });

  test("lets an override go first and marks the price as such", () => {
    const book = createPriceBook({
      "local/llama": { inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
    });
    const usage = { promptTokens: 1000, completionTokens: 500, cachedTokens: 400 };

    expect(book.priceCall({ model: "local/llama", usage, at })).toEqual({
      costNano: 2_000_000,
      priceVersion: expect.stringMatching(/^overrides@[0-9a-f]{8}$/),
    });
    expect(book.priceCall({ model: "gpt-4o", usage, at }).priceVersion).toBe(PRICE_DATA_VERSION);
  });

  test("names the version of the package that is installed", () => {
    const manifest = JSON.parse(readFileSync("package.json", "utf8"));

    expect(PRICE_DATA_VERSION).toBe(
      `genai-prices@${manifest.dependencies["@pydantic/genai-prices"]}`,
    );
  });
});

describe("worstCaseNano", () => {
  test("is never below what the call then costs", () => {
    const text = "Classify this ticket: Ärger mit der Rechnung 🙁".repeat(20);
    const worst = prices.worstCaseNano({
      model: "gpt-4o",
      promptBytes: Buffer.byteLength(text),
      messages: 2,
      maxTokens: 100,
      at,
    });
    const usage = { promptTokens: text.length, completionTokens: 100 };

    expect(worst).toBeGreaterThan(prices.priceCall({ model: "gpt-4o", usage, at }).costNano ?? 0);
  });

  test("is unknown for a model without a price", () => {
    const call = { model: "local/x", promptBytes: 10, messages: 1, maxTokens: 10, at };

    expect(prices.worstCaseNano(call)).toBeNull();
  });
});
