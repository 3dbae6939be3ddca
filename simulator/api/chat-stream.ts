import { LIMITS } from "../block-kit/limits.ts";
import { type JsonObject, toObjects, toText } from "../json.ts";
import { editMessage, postMessage } from "../workspace/conversation.ts";
import type { Channel, Message } from "../workspace/records.ts";
import { type OpenStream, startStream, streamOf } from "../workspace/streams.ts";
import { setSessionStatus } from "./agent-sessions.ts";
import { channelById, channelToPostTo } from "./channel-argument.ts";
import { botDraft, readContent } from "./message-content.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";
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
  const draft = botDraft(workspace, { text: addition(call) });
  const { message } = postMessage(workspace, channel, { ...draft, thread_ts: threadTs });
  startStream(workspace, { channel: channel.id, ts: message.ts, threadTs });
  return { channel: channel.id, ts: message.ts };
}

function runAppend(call: ApiCall): JsonObject {
  const { channel, message, stream } = open(call);
  if (stream.isStoppedByUser) throw new SlackError("stopped_by_user");
  const text = addition(call);
  if (text === "" && !call.args.has("chunks")) throw new SlackError("no_text");
  void editMessage(call.workspace, channel, message, { ...message, text: message.text + text });
  return { channel: channel.id, ts: message.ts };
}

function runStop(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const { channel, message, stream } = open(call);
  const sessionStatus = args.text("session_status");
  if (sessionStatus !== undefined) {
    setSessionStatus(call, channel, stream.threadTs, sessionStatus);
  }
  const { blocks, metadata } = readContent(workspace, args.without("markdown_text"));
  const next: Message = {
    ...message,
    text: message.text + addition(call),
    ...(blocks === undefined ? {} : { blocks }),
    ...(metadata === undefined ? {} : { metadata }),
  };
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

/** The text that a call adds: `markdown_text`, or the texts of its chunks. */
function addition({ args }: ApiCall): string {
  const given = args.text("markdown_text");
  const chunks = toObjects(args.json("chunks"));
  if (given !== undefined && chunks.length > 0) {
    throw invalidArguments("markdown_text and chunks cannot be given together");
  }
  const text =
    given ??
    chunks
      .filter((chunk) => chunk["type"] === "markdown_text")
      .map((chunk) => toText(chunk["text"]) ?? "")
      .join("");
  if (text.length > LIMITS.markdown) throw new SlackError("msg_too_long");
  return text;
}
