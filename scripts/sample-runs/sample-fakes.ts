import { pino } from "pino";
import { member, memberAt, toObjects, toText } from "../../simulator/json.ts";
import { answerContent } from "../../simulator/model/answer.ts";
import { parseChatRequest } from "../../simulator/model/chat-request.ts";
import { toCompletion } from "../../simulator/model/completion.ts";
import type { ModelClient, ModelRequest } from "../../src/engine/ports/model.ts";
import type { Service, ServiceAction, ServiceRegistry } from "../../src/engine/ports/service.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import { AppError } from "../../src/shared/errors.ts";
import { toJson } from "../../src/shared/json.ts";
import { createSlack } from "../../src/slack/slack.ts";
import { createRateLimits } from "../../src/store/sqlite/rate-limits.ts";
import type { Chance } from "./chance.ts";
import type { MovingClock } from "./moving-clock.ts";
import type { Scenario } from "./scenarios.ts";

/** The surroundings of the sample runs. */
export interface SampleWorld {
  readonly clock: MovingClock;
  readonly chance: Chance;
  /** What is broken at the moment. */
  trouble: Scenario["trouble"];
}

const LEAST_LATENCY_MS = 350;
const MOST_LATENCY_MS = 2_400;

/** The stand-in model within this process, with the latency of a remote one. */
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

const LEAST_CALL_MS = 90;
const MOST_CALL_MS = 420;

/** The real actions with their parameters; a call takes time, but nothing leaves the process. */
export function createSampleServices(world: SampleWorld): ServiceRegistry {
  const slack = createSlack({
    botToken: "xoxb-none",
    apiUrl: null,
    limits: createRateLimits(),
    clock: world.clock,
    logger: pino({ level: "silent" }),
  });
  return createServiceRegistry([silent(createSlackService(slack), world)]);
}

function silent(service: Service, world: SampleWorld): Service {
  const actions = Object.entries(service.actions).map(([name, real]): [string, ServiceAction] => [
    name,
    { ...real, execute: async () => pretend(world) },
  ]);
  return { ...service, actions: Object.fromEntries(actions) };
}

function pretend(world: SampleWorld): { messageTs: string; channel: string } {
  world.clock.spend(world.chance.between(LEAST_CALL_MS, MOST_CALL_MS));
  if (world.trouble === "slack") {
    throw new AppError({
      code: "service_rejected",
      message: "Sample data: Slack refused the message (channel_not_found).",
    });
  }
  return { messageTs: `${Math.floor(world.clock.now() / 1_000)}.000100`, channel: "sample" };
}
