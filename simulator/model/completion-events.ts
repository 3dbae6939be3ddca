import { isJsonObject, member, memberAt } from "../json.ts";

/** Characters of an answer in one event. */
const PIECE = /[\s\S]{1,40}/gu;

/**
 * The events that send a completion in pieces, as OpenAI's endpoint does: the usage is null in all
 * but an event of its own at the end, and is there at all only if it was asked for.
 */
export function toEvents(completion: object, includeUsage: boolean): string {
  const { choices: _, usage, ...stamp } = { choices: [], usage: null, ...completion };
  const choices = member(completion, "choices");
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const event = (list: readonly object[], used: unknown = null): string =>
    `data: ${JSON.stringify({
      ...stamp,
      object: "chat.completion.chunk",
      choices: list,
      ...(includeUsage && { usage: used }),
    })}\n\n`;
  const piece = (delta: object, finish_reason: unknown = null): string =>
    event([{ index: 0, delta, logprobs: null, finish_reason }]);
  const pieces = isJsonObject(choice)
    ? [
        piece({ role: "assistant", content: "", refusal: null }),
        ...["content", "refusal"].flatMap((name) => {
          const text = memberAt(choice, "message", name);
          const parts = typeof text === "string" ? (text.match(PIECE) ?? []) : [];
          return parts.map((part) => piece({ [name]: part }));
        }),
        piece({}, member(choice, "finish_reason")),
      ]
    : [];
  return [...pieces, includeUsage ? event([], usage) : "", "data: [DONE]\n\n"].join("");
}
