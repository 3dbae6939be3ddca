import { completeBlocks } from "../block-kit/complete-blocks.ts";
import { LIMITS } from "../block-kit/limits.ts";
import type { JsonObject } from "../json.ts";
import { editMessage, postMessage } from "../workspace/conversation.ts";
import type { Channel, Message } from "../workspace/records.ts";
import {
  blocksOf,
  type Chunk,
  emptyContent,
  type StreamContent,
  withChunks,
} from "../workspace/stream-content.ts";
import { growStream, type OpenStream, startStream, streamOf } from "../workspace/streams.ts";
import { setSessionStatus } from "./agent-sessions.ts";
import { channelById, channelToPostTo } from "./channel-argument.ts";
import { botDraft, readContent } from "./message-content.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { SlackError } from "./slack-error.ts";
import { readChunks } from "./stream-chunks.ts";
import { threadRoot } from "./thread-argument.ts";
import { wireMessage } from "./wire-message.ts";

/** Messages that grow while an answer is being made. */
export function registerStreams(methods: MethodRegistry): void {
  const writing = { token: "bot", scopes: ["chat:write"] } as const;
  methods.add("chat.startStream", { ...writing, tier: 2, run: runStart });
  methods.add("chat.appendStream", { ...writing, tier: 4, run: runAppend });
  methods.add("chat.stopStream", { ...writing, tier: 2, run: runStop });
}

function runStart(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const channel = channelToPostTo(call);
  const threadTs = args.required("thread_ts");
  threadRoot(call, channel);
  if (!channel.isIm) {
    if (args.text("recipient_user_id") === undefined)
      throw new SlackError("missing_recipient_user_id");
    if (args.text("recipient_team_id") === undefined)
      throw new SlackError("missing_recipient_team_id");
  }
  const mode = args.text("task_display_mode") ?? "timeline";
  if (mode !== "timeline" && mode !== "plan") throw new SlackError("invalid_arguments");
  const content = withChunks(emptyContent(mode === "plan"), readChunks(call));
  checkSize(content);
  const draft = botDraft(workspace, shown(content));
  const { message } = postMessage(workspace, channel, { ...draft, thread_ts: threadTs });
  startStream(workspace, { channel: channel.id, ts: message.ts, threadTs, content });
  return { channel: channel.id, ts: message.ts };
}

function runAppend(call: ApiCall): JsonObject {
  const { channel, message, stream } = open(call);
  if (stream.isStoppedByUser) throw new SlackError("stopped_by_user");
  const chunks = readChunks(call);
  if (chunks.length === 0) throw new SlackError("no_text");
  const content = grown(stream, chunks);
  growStream(call.workspace, stream, content);
  void editMessage(call.workspace, channel, message, { ...message, ...shown(content) });
  return { channel: channel.id, ts: message.ts };
}

function runStop(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const { channel, message, stream } = open(call);
  const { blocks, metadata } = readContent(workspace, args.without("markdown_text"));
  const next: Message = {
    ...message,
    ...shown(grown(stream, readChunks(call)), blocks),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const sessionStatus = args.text("session_status");
  if (sessionStatus !== undefined) {
    setSessionStatus(call, channel, stream.threadTs, sessionStatus);
  }
  workspace.streams.delete(`${channel.id} ${message.ts}`);
  void editMessage(workspace, channel, message, next);
  return { channel: channel.id, ts: message.ts, message: wireMessage(next, true) };
}

/** The message of the call, still open. */
function open(call: ApiCall): {
  readonly channel: Channel;
  readonly message: Message;
  readonly stream: OpenStream;
} {
  const { workspace, args } = call;
  const channel = channelById(call);
  const message = workspace.state.messages.find(channel.id, args.required("ts"));
  if (message === undefined) throw new SlackError("message_not_found");
  if (channel.isArchived === true) throw new SlackError("is_archived");
  const stream = streamOf(workspace, channel.id, message.ts);
  if (stream === undefined) throw new SlackError("message_not_in_streaming_state");
  return { channel, message, stream };
}

/** @throws {SlackError} `msg_too_long`. */
function grown(stream: OpenStream, chunks: readonly Chunk[]): StreamContent {
  const content = withChunks(stream.content, chunks);
  checkSize(content);
  return content;
}

/**
 * All of a streamed message together: the reference names 12,000 characters of text, and people measured that titles, details and
 * outputs of tasks count as well (https://github.com/openclaw/openclaw/pull/143882).
 *
 * @throws {SlackError} `msg_too_long`.
 */
function checkSize({ text, title, tasks }: StreamContent): void {
  const ofTasks = tasks.map((task) => task.title + task.details + task.output).join("");
  if (text.length + title.length + ofTasks.length > LIMITS.markdown)
    throw new SlackError("msg_too_long");
}

function shown(content: StreamContent, added: readonly JsonObject[] = []) {
  const blocks = blocksOf(content, added);
  return {
    text: content.text,
    ...(blocks === undefined ? {} : { blocks: completeBlocks(blocks) }),
  };
}
