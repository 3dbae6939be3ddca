import { member, memberAt, toObjects, toText } from "../../simulator/json.ts";
import { answerContent } from "../../simulator/model/answer.ts";
import { parseChatRequest } from "../../simulator/model/chat-request.ts";
import { toCompletion } from "../../simulator/model/completion.ts";
import type { ModelClient, ModelRequest } from "../../src/engine/ports/model.ts";
import { AppError } from "../../src/shared/errors.ts";
import { toJson } from "../../src/shared/json.ts";
import type { SampleWorld } from "./sample-world.ts";

const LEAST_LATENCY_MS = 350;
const MOST_LATENCY_MS = 2_400;

/** The stand-in model within this process; an answer takes as long as one from afar would. */
export function createSampleModel(world: SampleWorld): ModelClient {
  let answered = 0;
  return {
    async complete(request) {
      const latencyMs = world.chance.between(LEAST_LATENCY_MS, MOST_LATENCY_MS);
      world.clock.spend(latencyMs);
      if (world.trouble === "model") {
        throw new AppError({
          code: "model_rejected",
          message: "Sample data: the model was not available.",
        });
      }
      answered += 1;
      const chat = parseChatRequest(bodyOf(request));
      const content = answerContent(chat);
      const stamp = { id: `sample-${answered}`, createdAt: new Date(world.clock.now()) };
      const completion = toCompletion(chat, content, undefined, stamp);
      const [choice] = toObjects(member(completion, "choices"));
      return {
        text: toText(memberAt(choice, "message", "content")) ?? "",
        finishReason: toText(member(choice, "finish_reason")) ?? "stop",
        usage: {
          promptTokens: Number(memberAt(completion, "usage", "prompt_tokens")),
          completionTokens: Number(memberAt(completion, "usage", "completion_tokens")),
        },
        model: request.model,
        latencyMs,
        raw: { completion: toJson(completion) },
      };
    },
  };
}

function bodyOf({ model, messages, maxTokens, format }: ModelRequest): object {
  const body = { model, messages, max_tokens: maxTokens };
  if (format === undefined) return body;
  if (format === "object") return { ...body, response_format: { type: "json_object" } };
  return { ...body, response_format: { type: "json_schema", json_schema: format } };
}
