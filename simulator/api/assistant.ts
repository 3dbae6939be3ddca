import { isJsonObject, type JsonObject, toObjects } from "../json.ts";
import { channelById } from "./channel-argument.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";

const MAX_PROMPTS = 4;

/** An assistant's status and suggested prompts. */
export function registerAssistant(methods: MethodRegistry): void {
  const writing = { token: "bot", scopes: ["assistant:write", "chat:write"] } as const;
  methods.add("assistant.threads.setStatus", { ...writing, tier: 4, run: runStatus });
  methods.add("assistant.threads.setTitle", {
    token: "bot",
    scopes: ["assistant:write"],
    tier: 4,
    run: runTitle,
  });
  methods.add("assistant.threads.setSuggestedPrompts", {
    token: "bot",
    scopes: ["assistant:write"],
    tier: 4,
    run: runPrompts,
  });
}

function runStatus(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelById(call, "channel_id");
  const threadTs = args.required("thread_ts");
  if (!args.has("status")) throw invalidArguments("missing required field: status");
  workspace.feed.publish(
    {
      type: "assistant_status",
      channel: channel.id,
      thread_ts: threadTs,
      status: args.text("status") ?? "",
    },
    { channel: channel.id },
  );
  return {};
}

function runTitle(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelById(call, "channel_id");
  const threadTs = args.required("thread_ts");
  const title = args.required("title");
  workspace.feed.publish(
    { type: "assistant_title", channel: channel.id, thread_ts: threadTs, title },
    { channel: channel.id },
  );
  return {};
}

function runPrompts(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelById(call, "channel_id");
  const prompts = toObjects(args.json("prompts"));
  const complete = prompts.filter(
    (prompt) =>
      isJsonObject(prompt) &&
      typeof prompt["title"] === "string" &&
      typeof prompt["message"] === "string",
  );
  if (prompts.length === 0 || complete.length !== prompts.length) {
    throw invalidArguments("prompts must be a list of objects with title and message");
  }
  if (prompts.length > MAX_PROMPTS) throw new SlackError("too_many_prompts");
  workspace.feed.publish(
    {
      type: "assistant_prompts",
      channel: channel.id,
      thread_ts: args.text("thread_ts") ?? null,
      title: args.text("title") ?? "",
      prompts: complete,
    },
    { channel: channel.id },
  );
  return {};
}
