import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import type { AttemptContext } from "../definition/step-type.ts";
import type { AttemptCost, TokenUsage } from "../model/events.ts";
import type { ModelMessage } from "../ports/model.ts";
import type { PromptVersionId } from "../ports/prompts.ts";
import { type CallResult, callModel } from "./call.ts";
import { type AnswerFormat, envelopeOf } from "./envelope.ts";
import type { PriceBook } from "./pricing.ts";
import { repairAnswerMessages } from "./prompt.ts";
import { type AnswerCheck, validateAnswer } from "./validate-answer.ts";

/** What is to be decided. */
export interface Question {
  readonly messages: readonly ModelMessage[];
  /** The named prompt that they come from. */
  readonly prompt?: PromptVersionId;
  /** The model, then those to ask when it fails; each begins afresh. */
  readonly models: readonly string[];
  readonly format: AnswerFormat;
  readonly temperature: number;
  readonly maxTokens: number;
}

/** A decision, or why there is none; with what all calls cost. */
export type Decision = (
  | {
      readonly ok: true;
      readonly answer: Extract<AnswerCheck, { kind: "answer" }>;
      readonly text: string;
    }
  | { readonly ok: false; readonly error: AppError }
) & { readonly cost: AttemptCost };

/**
 * Asks models until one gives a usable answer: each once, and once more with the exact complaint if its answer was not in
 * the wanted form.
 *
 * Never throws an `AppError`: what went wrong comes with its cost.
 */
export async function askModels(
  question: Question,
  context: AttemptContext,
  prices: PriceBook,
): Promise<Decision> {
  const calls: CallResult[] = [];
  const failures: AppError[] = [];
  try {
    for (const model of question.models) {
      const last = await askOneModel(model, question, context, prices, calls);
      const { check } = last;
      if (check.kind === "answer") {
        return { ok: true, answer: check, text: last.text, cost: totalCost(calls) };
      }
      failures.push(check.error);
    }
    return { ok: false, error: combine(failures), cost: totalCost(calls) };
  } catch (error) {
    const cost = totalCost(calls);
    if (context.signal.aborted) {
      // The call under way may be charged all the same.
      const reason = asAppError(context.signal.reason);
      return { ok: false, error: reason, cost: { ...cost, costUnknown: true } };
    }
    if (!isAppError(error)) throw error;
    return { ok: false, error, cost: { ...cost, costUnknown: true } };
  }
}

async function askOneModel(
  model: string,
  question: Question,
  context: AttemptContext,
  prices: PriceBook,
  calls: CallResult[],
): Promise<CallResult> {
  const { format, temperature, maxTokens } = question;
  const form = envelopeOf(format);
  const validate = (reply: Parameters<typeof validateAnswer>[0]): AnswerCheck =>
    validateAnswer(reply, { model, format, maxTokens });
  const ask = async (messages: readonly ModelMessage[]): Promise<CallResult> => {
    context.signal.throwIfAborted();
    const request = { model, messages, temperature, maxTokens, ...(form && { format: form }) };
    const { prompt } = question;
    const setup = { context, prices, validate, ...(prompt && { prompt }) };
    const call = await callModel(setup, request, calls.length + 1);
    calls.push(call);
    return call;
  };
  const first = await ask(question.messages);
  if (first.check.kind !== "invalid") return first;
  return ask([...question.messages, ...repairAnswerMessages(first.text, first.check.complaint)]);
}

/** One error for several models: retryable if any of them is, after the shortest wait that was asked for. */
function combine(failures: readonly AppError[]): AppError {
  const [first, ...others] = failures;
  if (first === undefined) throw new Error("A question names at least one model.");
  if (others.length === 0) return first;
  const waits = failures.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return new AppError({
    code: first.code,
    message: `${first.message} The fallback failed, too: ${others.map(({ message }) => message).join(" ")}`,
    retryable: failures.some(({ retryable }) => retryable),
    ...(waits.length > 0 && { retryAfterMs: Math.min(...waits) }),
    cause: first,
  });
}

/**
 * What the calls cost in all.
 *
 * A process that ends between a model's answer and the record of it loses that call: it was charged, and its price is unknown.
 * If any call was made after the attempt had been begun again, an earlier life ended before it was through with its own.
 */
function totalCost(calls: readonly CallResult[]): AttemptCost {
  const mayHaveLost = calls.some(({ recoveries }) => recoveries > 0);
  const isUnknown = mayHaveLost || calls.some(({ costNano }) => costNano === null);
  const usages = calls.flatMap(({ usage }) => usage ?? []);
  return {
    costNano: calls.reduce((sum, { costNano }) => sum + (costNano ?? 0), 0),
    ...(isUnknown && { costUnknown: true }),
    ...(usages.length > 0 && { usage: usages.reduce(addUsage) }),
  };
}

function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  const cachedTokens = (a.cachedTokens ?? 0) + (b.cachedTokens ?? 0);
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    ...(cachedTokens > 0 && { cachedTokens }),
  };
}

/** Bytes that a complaint has besides the allowed values that it may repeat. */
const COMPLAINT_BYTES = 1000;

/**
 * The most that one attempt can cost: every model is asked twice, the second time with its first answer and a complaint.
 *
 * @returns `null` when no model has a known price; models without one are left out.
 */
export function worstAttemptNano(question: Question, prices: PriceBook, at: number): number | null {
  const { messages, models, format, maxTokens } = question;
  const bytes = (text: string): number => Buffer.byteLength(text, "utf8");
  const form = envelopeOf(format);
  const promptBytes =
    messages.reduce((sum, { content }) => sum + bytes(content), 0) +
    (typeof form === "object" ? bytes(JSON.stringify(form.schema)) : 0);
  const repairBytes = maxTokens + COMPLAINT_BYTES + bytes(messages[0]?.content ?? "");
  const known = models.flatMap((model) => {
    const first = { model, promptBytes, messages: messages.length, maxTokens, at };
    const second = {
      ...first,
      promptBytes: promptBytes + repairBytes,
      messages: messages.length + 2,
    };
    const costs = [prices.worstCaseNano(first), prices.worstCaseNano(second)];
    return costs.filter((cost) => cost !== null);
  });
  return known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0);
}
