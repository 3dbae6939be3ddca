import { AppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { shorten } from "../../shared/shorten.ts";
import type { ModelReply } from "../ports/model.ts";
import type { AnswerFormat } from "./envelope.ts";
import { parseAnswer } from "./parse-answer.ts";

/** What a model's reply is worth. */
export type AnswerCheck =
  | {
      readonly kind: "answer";
      readonly value: Json;
      readonly reason?: string;
      readonly confidence?: number;
    }
  /** Not in the wanted form: `complaint` goes to the model, `error` to people if no repair helps. */
  | { readonly kind: "invalid"; readonly complaint: string; readonly error: AppError }
  /** No answer at all: asking the same model again at once is no use. */
  | { readonly kind: "failed"; readonly error: AppError };

const MAX_QUOTED = 200;

/** Reasons for an end that stand for a content filter, with those of Gemini and Bedrock. */
const FILTERED = new Set([
  "content_filter",
  "safety",
  "prohibited_content",
  "blocklist",
  "guardrail_intervened",
  "refusal",
]);

/** Judges a reply; every way in which it can be unusable has a name of its own. */
export function validateAnswer(
  reply: Pick<ModelReply, "text" | "finishReason" | "refusal">,
  question: { readonly model: string; readonly format: AnswerFormat; readonly maxTokens: number },
): AnswerCheck {
  const { model, format, maxTokens } = question;
  if (reply.refusal !== undefined || FILTERED.has(reply.finishReason.toLowerCase())) {
    const { refusal } = reply;
    const why =
      refusal === undefined
        ? "its content filter stopped the answer"
        : shorten(refusal.replace(/\s+/g, " ").trim(), MAX_QUOTED);
    return {
      kind: "failed",
      error: new AppError({
        code: "model_refused",
        message: `The model ${model} declined to answer: ${why}`,
      }),
    };
  }
  const isCutOff = reply.finishReason === "length";
  const parsed = parseAnswer(reply.text, format, isCutOff);
  if (parsed.ok) {
    const { ok: _, ...answer } = parsed;
    return { kind: "answer", ...answer };
  }
  return {
    kind: "invalid",
    complaint: parsed.complaint,
    error: invalid(
      isCutOff
        ? `The answer of the model ${model} was cut off at ${maxTokens} tokens. Raise "maxTokens", or ask for less.`
        : reply.finishReason === "no_choices"
          ? `The model ${model} sent no answer (the list of choices was empty).`
          : `The model ${model} gave no usable answer, not even when told what was wrong: ${parsed.complaint}`,
    ),
  };
}

function invalid(message: string): AppError {
  return new AppError({ code: "model_output_invalid", message });
}
