import { readFileSync } from "node:fs";
import { z } from "zod";
import "../shared/schema-words.ts";
import type { PriceOverride } from "../engine/ports/model.ts";
import { AppError, isAppError } from "../shared/errors.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { parseJsonBody } from "../shared/parse-json.ts";

const usd = z.number().min(0, "must not be negative").max(1_000_000);

const Price = z.strictObject({
  inputUsdPerMillion: usd,
  outputUsdPerMillion: usd,
  cachedInputUsdPerMillion: usd.optional(),
});

const Prices = z.record(z.string().min(1), Price);

/**
 * Reads custom prices: an object with the price of each model, by its name in definitions
 * (`gpt-4o`, `local/llama`).
 *
 * @throws {AppError} `config_invalid` naming every model and member that is wrong.
 */
export function readPricesFile(path: string): Readonly<Record<string, PriceOverride>> {
  const parsed = Prices.safeParse(readJson(path));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path: place, message }) => `  - ${place.map(String).join(": ") || "the file"}: ${message}`,
    );
    throw invalid(
      `PRICES_FILE (${path}) is not right:\n${problems.join("\n")}\nLike this: {"local/llama": {"inputUsdPerMillion": 0.1, "outputUsdPerMillion": 0.4}}`,
    );
  }
  return Object.fromEntries(
    Object.entries(parsed.data).map(([model, price]) => [model, omitUndefined(price)]),
  );
}

function readJson(path: string): unknown {
  try {
    return parseJsonBody(readFileSync(path), { what: "The content" });
  } catch (cause) {
    const why = isAppError(cause) ? `is not right: ${cause.message}` : "cannot be read.";
    throw invalid(`PRICES_FILE (${path}) ${why}`, cause);
  }
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError({ code: "config_invalid", message, cause });
}
