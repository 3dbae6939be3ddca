import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { isReply } from "../workspace/messages.ts";
import type { Channel, Message } from "../workspace/records.ts";
import { channelById } from "./channel-argument.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { page } from "./paging.ts";
import { channelScope, requireScope } from "./scopes.ts";
import { SlackError } from "./slack-error.ts";
import { wireMessage } from "./wire-message.ts";

const HISTORY_SCOPES = ["channels:history", "groups:history", "im:history", "mpim:history"];
/** Of a thread, on one page; also the default. */
const MAX_REPLIES = 1_000;

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

/**
 * The parent, then its replies, oldest first. The parent is on every page, counts against `limit`, and no `oldest` or `latest`
 * leaves it out. By the `ts` of a reply Slack finds that reply alone.
 *
 * @see https://github.com/slackapi/bolt-python/issues/783 what the `ts` of a reply gives
 * @see https://github.com/getsentry/sentry/pull/114442 what `limit: 1` gives
 */
function runReplies(call: ApiCall): JsonObject {
  const channel = readable(call);
  const { messages } = call.workspace.state;
  const asked = messages.find(channel.id, call.args.required("ts"));
  if (asked === undefined) throw new SlackError("thread_not_found");
  const replies = isReply(asked)
    ? []
    : within(call, messages.thread(channel.id, asked.ts).slice(1));
  const limit = call.args.count("limit", MAX_REPLIES, MAX_REPLIES);
  if (limit > 1) return answer(call, replies, { first: [asked], limit: limit - 1 });
  return answer(call, [asked], { hasMore: replies.length > 0 });
}

/** `first` stands before each page; `hasMore` says that more is left than `messages`. */
function answer(
  { args }: ApiCall,
  messages: readonly Message[],
  options: {
    readonly first?: readonly Message[];
    readonly limit?: number;
    readonly hasMore?: boolean;
  } = {},
): JsonObject {
  const { first = [], limit } = options;
  const { items, metadata } = page(args, messages, limit === undefined ? {} : { limit });
  const includeMetadata = args.flag("include_all_metadata");
  const isCut = items.length < messages.length && items.at(-1) !== messages.at(-1);
  return {
    messages: [...first, ...items].map((message) => wireMessage(message, includeMetadata)),
    has_more: isCut || options.hasMore === true,
    ...(isCut ? metadata : {}),
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
