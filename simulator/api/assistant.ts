import { isJsonObject, type JsonObject, toObjects, toTexts } from "../json.ts";
import { isReply } from "../workspace/messages.ts";
import { channelById } from "./channel-argument.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";

const MAX_PROMPTS = 4;
const MAX_LOADING_MESSAGES = 10;

/** An assistant's status and suggested prompts. */
export function registerAssistant(methods: MethodRegistry): void {
  // Its scope became chat:write on 2026-03-05: docs.slack.dev/changelog/2026/03/05/set-status-scope-update
  methods.add("assistant.threads.setStatus", {
    token: "bot",
    scopes: ["chat:write"],
    tier: "posting",
    run: runStatus,
  });
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
  const loadingMessages = toTexts(args.json("loading_messages"));
  if (loadingMessages.length > MAX_LOADING_MESSAGES) {
    throw invalidArguments(`loading_messages: no more than ${MAX_LOADING_MESSAGES} items allowed`);
  }
  const root = workspace.state.messages.find(channel.id, threadTs);
  if (root === undefined || isReply(root)) throw new SlackError("invalid_thread_ts");
  workspace.statuses.set({
    channel: channel.id,
    threadTs,
    status: args.text("status") ?? "",
    loadingMessages,
  });
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
  if (!workspace.manifest.isAgent) throw new SlackError("not_agent_app");
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
