/** Long words count one token for each of these many letters, as tokenizers roughly do. */
const PIECE = /\s*(?:\p{L}{1,7}|\p{N}{1,3}|[^\p{L}\p{N}\s]{1,3})|\s+$/gu;

/** What a chat model adds around each message. */
const TOKENS_PER_MESSAGE = 4;

/** @returns the pieces that count one token each; joined they are the text. */
function toTokens(text: string): readonly string[] {
  return text.match(PIECE) ?? [];
}

/** @returns how many tokens a text has, by a rough and steady measure. */
export function countTokens(text: string): number {
  return toTokens(text).length;
}

/** @returns how many tokens the messages of a prompt have together. */
export function countPromptTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + countTokens(text) + TOKENS_PER_MESSAGE, 3);
}

/** @returns the first `limit` tokens of a text. */
export function firstTokens(text: string, limit: number): string {
  return toTokens(text).slice(0, limit).join("");
}
