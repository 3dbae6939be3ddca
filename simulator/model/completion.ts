import type { ChatRequest } from "./chat-request.ts";
import { countPromptTokens, countTokens, firstTokens } from "./tokens.ts";

/** How an answer differs from a normal one: as OpenAI's API lets answers differ, for tests. */
export type Deviation = "empty_choices" | "refusal" | "length" | "content_filter";

/** The number, name and time that go into an answer besides its content. */
interface Stamp {
  readonly id: string;
  readonly createdAt: Date;
}

/**
 * @param content - the whole answer; it is cut to the request's limit of tokens.
 * @returns a `chat.completion` object.
 */
export function toCompletion(
  request: ChatRequest,
  content: string,
  deviation: Deviation | undefined,
  stamp: Stamp,
): object {
  const half = Math.max(1, Math.floor(countTokens(content) / 2));
  const limit = Math.min(request.maxTokens ?? Infinity, deviation === "length" ? half : Infinity);
  const isCut = deviation === "length" || countTokens(content) > limit;
  const said = isCut ? firstTokens(content, limit) : content;
  const completionTokens = countTokens(said);
  const promptTokens = countPromptTokens(request.messages.map((message) => message.text));
  return {
    id: stamp.id,
    object: "chat.completion",
    created: Math.floor(stamp.createdAt.getTime() / 1_000),
    model: request.model,
    choices: deviation === "empty_choices" ? [] : [toChoice(said, isCut, deviation)],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
    system_fingerprint: "fp_stand_in",
  };
}

function toChoice(content: string, isCut: boolean, deviation: Deviation | undefined): object {
  const isRefused = deviation === "refusal";
  const isFiltered = deviation === "content_filter";
  const refusal = isRefused ? "Stand-in model: this answer was refused, as a test asked." : null;
  return {
    index: 0,
    message: { role: "assistant", content: isRefused ? null : isFiltered ? "" : content, refusal },
    logprobs: null,
    finish_reason: isFiltered ? "content_filter" : isCut && !isRefused ? "length" : "stop",
  };
}
