import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { parseTemplate } from "../../shared/template-parser.ts";
import { askModels, type Question, worstAttemptNano } from "../ai/ask-models.ts";
import { createPriceBook, type PriceBook } from "../ai/pricing.ts";
import { renderPrompt } from "../ai/prompt.ts";
import {
  type AttemptContext,
  type AttemptResult,
  defineStepType,
  type StepProgram,
  type StepType,
} from "../definition/step-type.ts";
import type { NamedPrompt, PromptLookup } from "../language/prompt-ref.ts";
import type { CheaperOption } from "../model/requests.ts";
import { AiDecisionConfig, checkAiDecision, formatOf, maxTokensOf } from "./ai-decision-config.ts";

/** Milliseconds of one attempt: up to four calls, each with a limit of its own. */
const TIMEOUT_MS = 5 * 60_000;

/** Characters of an answer that are kept with the result; the record of the call has all. */
const MAX_RAW_OUTPUT = 10_000;

export interface AiDecisionOptions {
  /** The model of steps that name none. */
  readonly defaultModel: string;
  /** Defaults to the prices of the package. */
  readonly prices?: PriceBook;
}

/** A decision by a language model, in a form that routes can use. */
export function createAiDecision(options: AiDecisionOptions): StepType<AiDecisionConfig> {
  return defineStepType({
    kind: "ai-decision",
    summary:
      "Lets a language model decide: one of several values, a number, yes or no, JSON or text.",
    config: AiDecisionConfig,
    hasAttempts: true,
    check: checkAiDecision,
    bind: (config, context) => bindAiDecision(config, options, context?.prompts ?? null),
  });
}

/** What entering the step fixes; attempts take it from the log. */
const EnteredParams = z.object({
  model: z.string(),
  fallbackModel: z.string().optional(),
  prompt: z.object({ name: z.string(), version: z.int() }).optional(),
  messages: z.array(
    z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() }),
  ),
});

function bindAiDecision(
  config: AiDecisionConfig,
  { defaultModel, prices = createPriceBook() }: AiDecisionOptions,
  prompts: PromptLookup | null,
): StepProgram {
  const { promptRef } = config;
  const inline = parseTemplate(config.prompt ?? "");
  const format = formatOf(config);
  const { temperature, onLowConfidence: stepId } = config;
  const maxTokens = maxTokensOf(config);

  const questionOf = (entered: z.output<typeof EnteredParams>): Question => ({
    messages: entered.messages,
    ...(entered.prompt && { prompt: entered.prompt }),
    models: [entered.model, ...(entered.fallbackModel ? [entered.fallbackModel] : [])],
    format,
    temperature,
    maxTokens,
  });

  return {
    enter: ({ scope, key, now, salt = "", prompts: asked }) => {
      const { model = defaultModel, fallbackModel, outputFormat } = config;
      const named = promptRef === undefined ? null : requirePrompt(asked, promptRef);
      const template = named?.template ?? inline;
      const source = { template, scope, format, key: `${key} ${salt}` };
      const messages = renderPrompt(source).map(({ role, content }) => ({ role, content }));
      const entered = {
        model,
        ...omitUndefined({ fallbackModel }),
        ...(named && { prompt: { name: named.name, version: named.version } }),
        messages,
      };
      const reserveNano = worstAttemptNano(questionOf(entered), prices, now);
      return {
        kind: "run",
        params: { ...entered, outputFormat, temperature, maxTokens },
        ...(reserveNano !== null && { reserveNano }),
      };
    },
    mayCost: true,
    cheaper: (params, now) => {
      const entered = EnteredParams.parse(params);
      const worst = (model: string): number | null =>
        worstAttemptNano(questionOf({ model, messages: entered.messages }), prices, now);
      return cheapest([config.fallbackModel, defaultModel], entered, worst);
    },
    run: async (params: JsonObject, context: AttemptContext) =>
      decide(questionOf(EnteredParams.parse(params)), config, context, prices),
    routes:
      format.kind === "enum"
        ? { kind: "closed", values: format.allowedValues }
        : format.kind === "boolean"
          ? { kind: "closed", values: ["true", "false"] }
          : { kind: "open" },
    ...(stepId !== undefined && { alsoNext: [{ path: ["onLowConfidence"], stepId }] }),
    ...(promptRef !== undefined && { promptRef, templates: templatesOf(promptRef, prompts) }),
    timeoutMs: TIMEOUT_MS,
    expressions: [],
  };
}

/** The cheapest of some models, if it alone costs less than the step's own. @param worst - worst price with a model alone. */
function cheapest(
  models: readonly (string | undefined)[],
  entered: { readonly model: string },
  worst: (model: string) => number | null,
): CheaperOption | null {
  const own = worst(entered.model) ?? Number.POSITIVE_INFINITY;
  const options = models.flatMap((model) => {
    const reserveNano = model === undefined ? null : worst(model);
    if (model === undefined || reserveNano === null || reserveNano >= own) return [];
    return [{ model, change: { model, fallbackModel: null }, reserveNano }];
  });
  return options.sort((a, b) => a.reserveNano - b.reserveNano)[0] ?? null;
}

/** The texts that the check of references has to read, too. */
function templatesOf(ref: string, prompts: PromptLookup | null) {
  const path = ["promptRef"];
  return (prompts?.get(ref) ?? []).map(({ template }) => ({ path, template }));
}

function requirePrompt(
  prompts: ReadonlyMap<string, NamedPrompt> | undefined,
  ref: string,
): NamedPrompt {
  const prompt = prompts?.get(ref);
  if (prompt) return prompt;
  throw new AppError({
    code: "prompt_not_found",
    message: `There is no prompt "${ref}". Add it, or name another in the step's "promptRef".`,
  });
}

async function decide(
  question: Question,
  config: AiDecisionConfig,
  context: AttemptContext,
  prices: PriceBook,
): Promise<AttemptResult> {
  const decision = await askModels(question, context, prices);
  if (!decision.ok) {
    const { code, message, retryable, retryAfterMs } = decision.error;
    return {
      kind: "failed",
      error: { code, message, retryable },
      // A model changes nothing outside: asking again is always safe.
      outcome: "failed",
      ...omitUndefined({ retryAfterMs }),
      ...decision.cost,
    };
  }
  const { value, reason, confidence } = decision.answer;
  const { minConfidence, onLowConfidence } = config;
  const isUnsure = minConfidence !== undefined && (confidence ?? 0) < minConfidence;
  return {
    kind: "ok",
    output: value,
    rawOutput: decision.text.slice(0, MAX_RAW_OUTPUT),
    ...omitUndefined({ reason, confidence }),
    ...(isUnsure && onLowConfidence !== undefined && { route: onLowConfidence }),
    ...decision.cost,
  };
}
