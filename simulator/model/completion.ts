import type { ChatRequest } from "./chat-request.ts";

/**
 * How an answer differs from a normal one: as OpenAI's API lets answers differ, for tests; `declined`: the content is the stand-in's own
 * refusal.
 */
export type Deviation = "empty_choices" | "refusal" | "declined" | "length" | "content_filter";

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
  const isDeclined = deviation === "declined";
  const isRefused = deviation === "refusal" || isDeclined;
  const isFiltered = deviation === "content_filter";
  const asked = isRefused ? "Stand-in model: this answer was refused, as a test asked." : null;
  const refusal = isDeclined ? content : asked;
  return {
    index: 0,
    message: { role: "assistant", content: isRefused ? null : isFiltered ? "" : content, refusal },
    logprobs: null,
    finish_reason: isFiltered ? "content_filter" : isCut && !isRefused ? "length" : "stop",
  };
}

/** Long words count one token for each of these many letters, as tokenizers roughly do. */
const PIECE = /\s*(?:\p{L}{1,7}|\p{N}{1,3}|[^\p{L}\p{N}\s]{1,3})|\s+$/gu;

/** Tokens that a chat model adds around each message. */
const TOKENS_PER_MESSAGE = 4;

/** @returns the pieces that count one token each; joined they are the text. */
function toTokens(text: string): readonly string[] {
  return text.match(PIECE) ?? [];
}

/** @returns how many tokens a text has, by a rough and steady measure. */
function countTokens(text: string): number {
  return toTokens(text).length;
}

/** @returns how many tokens the messages of a prompt have together. */
function countPromptTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + countTokens(text) + TOKENS_PER_MESSAGE, 3);
}

/** @returns the first `limit` tokens of a text. */
function firstTokens(text: string, limit: number): string {
  return toTokens(text).slice(0, limit).join("");
}
