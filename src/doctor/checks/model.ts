import { createOpenAiModelClient } from "../../adapters/llm/openai-model-client.ts";
import type { Config } from "../../app/config.ts";
import { readPricesFile } from "../../app/prices-file.ts";
import { createPriceBook } from "../../engine/engine.ts";
import type { ModelReply } from "../../engine/ports/model.ts";
import { counted } from "../../shared/counted.ts";
import { toDollars } from "../../shared/money.ts";
import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, warning } from "../finding.ts";

const LIMIT_MS = 30_000;
/** Enough for one word; endpoints refuse fewer. */
const MAX_TOKENS = 16;

/** One tiny request to the configured model: some twenty tokens, with its price. */
export function modelCheck({ config }: DoctorContext): Check {
  return {
    id: "model",
    title: "Model",
    limitMs: LIMIT_MS + 1000,
    async run(signal) {
      const { defaultModel: model } = config.model;
      const client = createOpenAiModelClient({ ...config.model, timeoutMs: LIMIT_MS });
      const messages = [{ role: "user", content: "Answer with the word ok." }] as const;
      const reply = await client.complete(
        { model, messages, temperature: 0, maxTokens: MAX_TOKENS },
        signal,
      );
      return judgeReply(config, reply);
    },
  };
}

function judgeReply({ model }: Config, reply: ModelReply): readonly Finding[] {
  const { defaultModel, pricesFile } = model;
  const { usage, latencyMs } = reply;
  const answered = `${defaultModel} answered in ${latencyMs} ms`;
  if (usage === undefined) {
    return [
      ok(answered),
      warning(
        `The endpoint of ${defaultModel} reports no usage: costs of its calls are unknown, and budgets do not count them.`,
        "Use an endpoint that sends usage with its answers.",
      ),
    ];
  }
  const book = createPriceBook(pricesFile === null ? {} : readPricesFile(pricesFile));
  const { costNano } = book.priceCall({ model: defaultModel, usage, at: Date.now() });
  const tokens = counted(usage.promptTokens + usage.completionTokens, "token");
  if (costNano === null) {
    return [
      ok(`${answered} (${tokens})`),
      warning(
        `The price of ${defaultModel} is not known: costs of its calls are unknown, and budgets do not count them.`,
        "Put its price into a file and set PRICES_FILE to it (docs/costs.md).",
      ),
    ];
  }
  return [ok(`${answered} (${tokens}, $${toDollars(costNano).toFixed(6)})`)];
}
