import type OpenAI from "openai";
import { Stream } from "openai/core/streaming";
import { AppError } from "../../shared/errors.ts";
import {
  isDeeper,
  isJsonObject,
  type Json,
  type JsonObject,
  readOwn,
  toJson,
} from "../../shared/json.ts";

/** Levels of lists and objects that an answer, or an event of one, may have: endpoints send about ten. */
export const MAX_DEPTH = 100;

/** @returns the error for an answer with more levels. */
export function nestedTooDeep(): AppError {
  return new AppError({
    code: "model_output_invalid",
    message: `The model endpoint sent an answer that is nested deeper than ${MAX_DEPTH} levels.`,
    outcomeUnknown: true,
  });
}

/** What a stream was put together to. */
export interface Streamed {
  /** In the form of an answer that is not streamed. */
  readonly body: JsonObject;
  /** The endpoint said why it ended. Without that, an answer may be the half of one. */
  readonly isComplete: boolean;
}

/** Characters of each text beside the answer, such as the reasoning. */
const MAX_THOUGHTS = 200_000;

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
    if (isDeeper(event, MAX_DEPTH)) throw nestedTooDeep();
    const { choices, ...rest } = withoutNulls(toJson(event));
    body = { ...body, ...rest };
    const choice = readOwn(choices, "0");
    if (choice === undefined) continue;
    hasChoice = true;
    const reason = readOwn(choice, "finish_reason");
    if (typeof reason === "string") finishReason = reason;
    for (const name of TEXTS) {
      const piece = textOf(readOwn(readOwn(choice, "delta"), name));
      const before = texts.get(name) ?? "";
      // Of thoughts that are longer the beginning is kept for the record; answers are judged whole.
      if (piece !== "" && (name === "content" || before.length < MAX_THOUGHTS))
        texts.set(name, `${before}${piece}`);
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
