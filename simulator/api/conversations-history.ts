import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Channel, Message } from "../workspace/records.ts";
import { channelById } from "./channel-argument.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { page } from "./paging.ts";
import { channelScope, requireScope } from "./scopes.ts";
import { SlackError } from "./slack-error.ts";
import { wireMessage } from "./wire-message.ts";

const HISTORY_SCOPES = ["channels:history", "groups:history", "im:history", "mpim:history"];

/** Reading what was said. */
export function registerHistory(methods: MethodRegistry): void {
  const reading = { tier: 3, token: "bot", scopes: HISTORY_SCOPES } as const;
  methods.add("conversations.history", { ...reading, run: runHistory });
  methods.add("conversations.replies", { ...reading, run: runReplies });
}

/** Newest first. */
function runHistory(call: ApiCall): JsonObject {
  const channel = readable(call);
  const messages = call.workspace.state.messages.topLevel(channel.id);
  return answer(call, within(call, messages).toReversed());
}

/** The parent, then its replies, oldest first. */
function runReplies(call: ApiCall): JsonObject {
  const channel = readable(call);
  const { messages } = call.workspace.state;
  const asked = messages.find(channel.id, call.args.required("ts"));
  if (asked === undefined) throw new SlackError("thread_not_found");
  const thread = messages.thread(channel.id, asked.thread_ts ?? asked.ts);
  return answer(call, within(call, thread));
}

function answer({ args }: ApiCall, messages: readonly Message[]): JsonObject {
  const { items, metadata } = page(args, messages);
  const includeMetadata = args.flag("include_all_metadata");
  const hasMore = items.length < messages.length && items.at(-1) !== messages.at(-1);
  return {
    messages: items.map((message) => wireMessage(message, includeMetadata)),
    has_more: hasMore,
    ...(hasMore ? metadata : {}),
  };
}

function within({ args }: ApiCall, messages: readonly Message[]): readonly Message[] {
  const oldest = args.text("oldest") ?? "0";
  const latest = args.text("latest") ?? "9999999999.999999";
  const inclusive = args.flag("inclusive");
  const order = (a: string, b: string): number => Number(a) - Number(b);
  return messages.filter(({ ts }) =>
    inclusive
      ? order(ts, oldest) >= 0 && order(ts, latest) <= 0
      : order(ts, oldest) > 0 && order(ts, latest) < 0,
  );
}

function readable(call: ApiCall): Channel {
  const channel = channelById(call);
  requireScope(call.workspace.manifest, [channelScope(channel, "history")]);
  if (!channel.members.includes(BOT_USER_ID)) throw new SlackError("not_in_channel");
  return channel;
}
