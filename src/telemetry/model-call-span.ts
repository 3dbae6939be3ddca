import type { CallRecord } from "../engine/ports/calls.ts";
import { readOwn } from "../shared/json.ts";
import { toDollars } from "../shared/money.ts";
import type { AttributeValue } from "./span.ts";

/** What is said of calls of models. */
export interface ModelCallOptions {
  /**
   * Adds the attributes of the GenAI semantic conventions and those of Langfuse. The conventions are in development: what is sent is
   * {@link GENAI_CONVENTIONS}.
   */
  readonly hasGenAi: boolean;
  /** Adds what was asked and answered. */
  readonly hasContent: boolean;
  /** Masks secrets. */
  readonly hideSecrets: (text: string) => string;
}

/**
 * The release of OpenTelemetry's semantic conventions whose `gen_ai.*` attributes are sent: the last one that has them; since then they
 * change in a repository of their own
 * (https://github.com/open-telemetry/semantic-conventions/blob/v1.41.0/docs/gen-ai/gen-ai-spans.md).
 */
export const GENAI_CONVENTIONS = "1.41.0";

/** Most characters of one message, or of an answer. */
const MAX_CONTENT = 50_000;

/** The attributes of the span of a model's call. */
export function modelCallAttributes(
  call: CallRecord,
  options: ModelCallOptions,
): Record<string, AttributeValue> {
  return {
    "heddle.call.id": call.id,
    "heddle.model": call.model,
    "heddle.cost.known": call.costNano !== null,
    ...(call.costNano !== null && { "heddle.cost.usd": toDollars(call.costNano) }),
    ...(call.usage && {
      "heddle.tokens.prompt": call.usage.promptTokens,
      "heddle.tokens.completion": call.usage.completionTokens,
    }),
    ...(call.prompt && { "heddle.prompt": `${call.prompt.name}@${call.prompt.version}` }),
    ...(call.problem !== undefined && { "error.type": "answer_not_used" }),
    ...(options.hasGenAi && genAiAttributes(call)),
    ...(options.hasGenAi && langfuseAttributes(call)),
    ...(options.hasContent && contentAttributes(call, options)),
  };
}

function genAiAttributes(call: CallRecord): Record<string, AttributeValue> {
  const { usage, response } = call;
  const [id, model, reason] = [
    readOwn(response, "id"),
    readOwn(response, "model"),
    readOwn(readOwn(readOwn(response, "choices"), "0"), "finish_reason"),
  ];
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": providerOf(call.model),
    "gen_ai.request.model": call.model,
    "gen_ai.conversation.id": call.executionId,
    ...(typeof id === "string" && { "gen_ai.response.id": id }),
    ...(typeof model === "string" && { "gen_ai.response.model": model }),
    ...(typeof reason === "string" && { "gen_ai.response.finish_reasons": [reason] }),
    ...(usage && {
      "gen_ai.usage.input_tokens": usage.promptTokens,
      "gen_ai.usage.output_tokens": usage.completionTokens,
    }),
    ...(usage?.cachedTokens !== undefined && {
      "gen_ai.usage.cache_read.input_tokens": usage.cachedTokens,
    }),
  };
}

/** What Langfuse reads that the conventions have no name for (https://langfuse.com/integrations/native/opentelemetry#property-mapping). */
function langfuseAttributes({ costNano }: CallRecord): Record<string, AttributeValue> {
  return {
    "langfuse.observation.type": "generation",
    ...(costNano !== null && {
      "langfuse.observation.cost_details": JSON.stringify({ total: toDollars(costNano) }),
    }),
  };
}

/** Models are named `provider/model`, those of the endpoint at hand, which speaks OpenAI's protocol, without a provider. */
function providerOf(model: string): string {
  const slash = model.indexOf("/");
  return slash > 0 ? model.slice(0, slash) : "openai";
}

function contentAttributes(
  { messages, text }: CallRecord,
  { hideSecrets }: ModelCallOptions,
): Record<string, AttributeValue> {
  const asked = messages.map(({ role, content }) => ({ role, content: cut(hideSecrets(content)) }));
  const answered = { role: "assistant", content: cut(hideSecrets(text)) };
  return {
    "gen_ai.input.messages": JSON.stringify(asked.map(inParts)),
    "gen_ai.output.messages": JSON.stringify([inParts(answered)]),
    "langfuse.observation.input": JSON.stringify(asked),
    "langfuse.observation.output": answered.content,
  };
}

/** A message as the GenAI conventions write it. */
function inParts({ role, content }: { readonly role: string; readonly content: string }) {
  return { role, parts: [{ type: "text", content }] };
}

/** Secrets are masked before: half of one would not be recognized. */
function cut(text: string): string {
  return text.length <= MAX_CONTENT ? text : `${text.slice(0, MAX_CONTENT)}…`;
}
