import type { ModelClient, ModelReply, ModelRequest } from "../../engine/ports/model.ts";
import { AppError } from "../../shared/errors.ts";
import { hashJson, toJson } from "../../shared/json.ts";

/** A reply with the hash of its request. */
export interface RecordedAnswer {
  /** Hash of the whole request. */
  readonly question: string;
  readonly reply: ModelReply;
}

/** Wraps a client and records each reply with its request. Failures are not recorded. */
export function recordAnswers(
  client: ModelClient,
  record: (answer: RecordedAnswer) => void,
): ModelClient {
  return {
    async complete(request, signal) {
      const reply = await client.complete(request, signal);
      record({ question: questionOf(request), reply });
      return reply;
    },
  };
}

/** A client that only replays recordings; it sends nothing. */
export function replayAnswers(answers: readonly RecordedAnswer[]): ModelClient {
  const known = new Map(answers.map(({ question, reply }) => [question, reply]));
  return {
    async complete(request) {
      const reply = known.get(questionOf(request));
      if (reply) return reply;
      throw new AppError({
        code: "model_rejected",
        message: `No answer of ${request.model} was recorded for this question. Record it again: prompt, sample or model have changed.`,
      });
    },
  };
}

function questionOf(request: ModelRequest): string {
  return hashJson(toJson(request));
}
