import type OpenAI from "openai";
import { Stream } from "openai/core/streaming";
import { isJsonObject, type Json, type JsonObject, readOwn, toJson } from "../../shared/json.ts";

/** What a stream was put together to. */
export interface Streamed {
  /** In the form of an answer that is not streamed. */
  readonly body: JsonObject;
  /** The endpoint said why it ended. Without that, an answer may be the half of one. */
  readonly isComplete: boolean;
}

/** Members of a message that come in pieces of text. */
const TEXTS = ["content", "refusal", "reasoning_content", "reasoning"] as const;

/**
 * Puts a streamed answer together: the message of its first choice, usage, and what else its events hold.
 *
 * @param onEvent - called for each event: the endpoint is at work.
 * @throws what the client throws for a connection that breaks and for errors within the stream.
 */
export async function readStream(
  response: Response,
  client: OpenAI,
  onEvent: () => void,
): Promise<Streamed> {
  const texts = new Map<string, string>();
  let body: JsonObject = {};
  let finishReason: Json = null;
  let hasChoice = false;
  // Without its client, the stream would write to the console.
  const events = Stream.fromSSEResponse<unknown>(response, new AbortController(), client);
  for await (const event of events) {
    onEvent();
    const { choices, ...rest } = withoutNulls(toJson(event));
    body = { ...body, ...rest };
    const choice = readOwn(choices, "0");
    if (choice === undefined) continue;
    hasChoice = true;
    const reason = readOwn(choice, "finish_reason");
    if (typeof reason === "string") finishReason = reason;
    for (const name of TEXTS) {
      const piece = textOf(readOwn(readOwn(choice, "delta"), name));
      if (piece !== "") texts.set(name, `${texts.get(name) ?? ""}${piece}`);
    }
  }
  const message = { role: "assistant", content: "", ...Object.fromEntries(texts) };
  const choices = hasChoice ? [{ index: 0, finish_reason: finishReason, message }] : [];
  return {
    body: { ...body, object: "chat.completion", choices },
    isComplete: hasChoice ? finishReason !== null : body["usage"] !== undefined,
  };
}

/** The members of an event that say something: the usage is null in all events but the last. */
function withoutNulls(event: Json): JsonObject {
  if (!isJsonObject(event)) return {};
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null));
}

/** Some endpoints send a piece of the content as a list of parts. */
function textOf(piece: unknown): string {
  if (typeof piece === "string") return piece;
  if (!Array.isArray(piece)) return "";
  return piece
    .map((part) => readOwn(part, "text"))
    .filter((text) => typeof text === "string")
    .join("");
}
