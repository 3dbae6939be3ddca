import type { JsonObject } from "../json.ts";
import { postMessage } from "../workspace/conversation.ts";
import { channelById, channelToPostTo } from "./channel-argument.ts";
import { botDraft, readContent, requireContent } from "./message-content.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { page } from "./paging.ts";
import { SlackError } from "./slack-error.ts";
import { threadRoot } from "./thread-argument.ts";
import { wireMessage } from "./wire-message.ts";

const MAX_AHEAD_SECONDS = 120 * 24 * 3_600;
/** A message cannot be withdrawn in its last minute. */
const FIXED_SECONDS = 60;

/** Messages for later. */
export function registerScheduled(methods: MethodRegistry): void {
  const writing = { token: "bot", scopes: ["chat:write"], tier: 3 } as const;
  methods.add("chat.scheduleMessage", { ...writing, run: runSchedule });
  methods.add("chat.scheduledMessages.list", { ...writing, scopes: [], run: runList });
  methods.add("chat.deleteScheduledMessage", { ...writing, run: runDelete });
}

function runSchedule(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelToPostTo(call);
  const postAt = Number(args.required("post_at"));
  const now = workspace.clock.now() / 1_000;
  if (!Number.isInteger(postAt)) throw new SlackError("invalid_time");
  if (postAt <= now) throw new SlackError("time_in_past");
  if (postAt > now + MAX_AHEAD_SECONDS) throw new SlackError("time_too_far");
  const content = readContent(workspace, args);
  requireContent(content);
  const root = threadRoot(call, channel);
  const draft = {
    ...botDraft(workspace, content),
    ...(root === undefined ? {} : { thread_ts: root.ts }),
  };
  const { id } = workspace.scheduled.add(
    { channel: channel.id, postAt, text: draft.text },
    () => void postMessage(workspace, channel, draft),
  );
  const { ts: _ts, ...shown } = wireMessage({ type: "message", ts: "", team: "", ...draft }, false);
  return { channel: channel.id, scheduled_message_id: id, post_at: postAt, message: shown };
}

function runList(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = args.text("channel");
  const waiting = workspace.scheduled
    .list()
    .filter((message) => channel === undefined || message.channel === channel);
  const { items, metadata } = page(args, waiting);
  return {
    scheduled_messages: items.map((message) => ({
      id: message.id,
      channel_id: message.channel,
      post_at: message.postAt,
      date_created: message.createdAt,
      text: message.text,
    })),
    ...metadata,
  };
}

function runDelete(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelById(call);
  const id = args.required("scheduled_message_id");
  const message = workspace.scheduled.find(id);
  const isFixed = (message?.postAt ?? 0) - workspace.clock.now() / 1_000 < FIXED_SECONDS;
  if (message === undefined || message.channel !== channel.id || isFixed) {
    throw new SlackError("invalid_scheduled_message_id");
  }
  workspace.scheduled.remove(id);
  return {};
}
