import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { storedText } from "../text/stored-text.ts";
import {
  deleteMessage,
  editMessage,
  postEphemeral,
  postMessage,
} from "../workspace/conversation.ts";
import type { Channel, Message } from "../workspace/records.ts";
import { streamOf } from "../workspace/streams.ts";
import { channelById, channelToPostTo } from "./channel-argument.ts";
import { registerScheduled } from "./chat-scheduled.ts";
import { registerStreams } from "./chat-stream.ts";
import {
  botDraft,
  type Content,
  readContent,
  requireContent,
  truncationWarning,
} from "./message-content.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { requireScope } from "./scopes.ts";
import { SlackError } from "./slack-error.ts";
import { threadRoot } from "./thread-argument.ts";
import { wireMessage } from "./wire-message.ts";

/** `chat.update` takes shorter texts than `chat.postMessage`. */
const MAX_UPDATED_TEXT = 4_000;

/** Posting, editing and deleting messages. */
export function registerChat(methods: MethodRegistry): void {
  const writing = { token: "bot", scopes: ["chat:write"] } as const;
  methods.add("chat.postMessage", { ...writing, tier: "posting", run: runPostMessage });
  methods.add("chat.update", { ...writing, tier: 3, run: runUpdate });
  methods.add("chat.delete", { ...writing, tier: 3, run: runDelete });
  methods.add("chat.getPermalink", { token: "bot", scopes: [], tier: "none", run: runPermalink });
  methods.add("chat.meMessage", { ...writing, tier: 3, run: runMeMessage });
  registerEphemerals(methods);
  registerScheduled(methods);
  registerStreams(methods);
}

function runPostMessage(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelToPostTo(call);
  const content = readContent(workspace, args);
  requireContent(content);
  const { message } = postMessage(workspace, channel, {
    ...botDraft(workspace, content),
    ...threadOf(call, channel),
    ...disguise(call),
  });
  return {
    channel: channel.id,
    ts: message.ts,
    message: wireMessage(message, true),
    ...truncationWarning(args),
  };
}

function runMeMessage(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelToPostTo(call);
  const draft = botDraft(workspace, { text: storedText(args.required("text")) });
  const { message } = postMessage(workspace, channel, { ...draft, subtype: "me_message" });
  return { channel: channel.id, ts: message.ts };
}

/** The place in the channel: at the top, in a thread, or in both. */
function threadOf(call: ApiCall, channel: Channel): Pick<Message, "thread_ts" | "subtype"> {
  const { args } = call;
  const root = threadRoot(call, channel);
  if (root === undefined) return {};
  return {
    thread_ts: root.ts,
    ...(args.flag("reply_broadcast") ? { subtype: "thread_broadcast" } : {}),
  };
}

/** Another name or picture needs a scope of its own. */
function disguise({ workspace, args }: ApiCall): Pick<Message, "username" | "icons"> {
  const username = args.text("username");
  const emoji = args.text("icon_emoji");
  const image = args.text("icon_url");
  if (username === undefined && emoji === undefined && image === undefined) return {};
  requireScope(workspace.manifest, ["chat:write.customize"]);
  return {
    ...(username === undefined ? {} : { username }),
    ...(emoji === undefined && image === undefined
      ? {}
      : { icons: { emoji: emoji, image_64: image } }),
  };
}

function runUpdate(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelById(call);
  const previous = ownMessage(call, channel, "cant_update_message");
  if (channel.isArchived === true) throw new SlackError("is_inactive");
  if (streamOf(workspace, channel.id, previous.ts) !== undefined) {
    throw new SlackError("streaming_state_conflict");
  }
  if ((args.text("text")?.length ?? 0) > MAX_UPDATED_TEXT) throw new SlackError("msg_too_long");
  const content = readContent(workspace, args);
  if (Object.keys(content).length === 0) throw new SlackError("no_text");
  const next = merged(previous, content, workspace.state.timestamps.next());
  void editMessage(workspace, channel, previous, next);
  return {
    channel: channel.id,
    ts: next.ts,
    text: next.text,
    message: wireMessage(next, true),
  };
}

/** Keeps members that the call does not mention; an empty list or object removes one. */
function merged(previous: Message, content: Content, editTs: string): Message {
  const { blocks, attachments, metadata, ...rest } = {
    ...previous,
    ...content,
    edited: { user: BOT_USER_ID, ts: editTs },
  };
  return {
    ...rest,
    ...(blocks === undefined || blocks.length === 0 ? {} : { blocks }),
    ...(attachments === undefined || attachments.length === 0 ? {} : { attachments }),
    ...(metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

function runDelete(call: ApiCall): JsonObject {
  const channel = channelById(call);
  const message = ownMessage(call, channel, "cant_delete_message");
  // The reference gives no code of its own for archived channels, as it does for chat.update.
  if (channel.isArchived === true) throw new SlackError("cant_delete_message");
  void deleteMessage(call.workspace, channel, message);
  return { channel: channel.id, ts: message.ts };
}

/** The bot's message of the call. */
function ownMessage({ workspace, args }: ApiCall, channel: Channel, refusal: string): Message {
  const message = workspace.state.messages.find(channel.id, args.required("ts"));
  if (message === undefined) throw new SlackError("message_not_found");
  if (message.user !== BOT_USER_ID) throw new SlackError(refusal);
  return message;
}

function runPermalink(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelById(call);
  const message = workspace.state.messages.find(channel.id, args.required("message_ts"));
  if (message === undefined) throw new SlackError("message_not_found");
  const path = `/archives/${channel.id}/p${message.ts.replace(".", "")}`;
  const threadTs = message.thread_ts;
  const query =
    threadTs === undefined || threadTs === message.ts
      ? ""
      : `?thread_ts=${threadTs}&cid=${channel.id}`;
  return { channel: channel.id, permalink: `${workspace.url}${path}${query}` };
}

/** Messages that one person sees. */
function registerEphemerals(methods: MethodRegistry): void {
  methods.add("chat.postEphemeral", {
    tier: 4,
    token: "bot",
    scopes: ["chat:write"],
    run: (call) => {
      const { workspace, args } = call;
      const channel = channelToPostTo(call);
      const reader = args.required("user");
      if (!channel.members.includes(reader)) throw new SlackError("user_not_in_channel");
      const content = readContent(workspace, args);
      requireContent(content);
      const threadTs = args.text("thread_ts");
      const message = postEphemeral(workspace, channel, reader, {
        ...botDraft(workspace, content),
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      });
      return { message_ts: message.ts };
    },
  });
}
