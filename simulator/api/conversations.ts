import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Channel } from "../workspace/records.ts";
import { channelById } from "./channel-argument.ts";
import { registerHistory } from "./conversations-history.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { page } from "./paging.ts";
import { channelScope, requireScope } from "./scopes.ts";
import { SlackError } from "./slack-error.ts";
import { wireChannel } from "./wire-channel.ts";

const READ_SCOPES = ["channels:read", "groups:read", "im:read", "mpim:read"];

/** Channels and their members. */
export function registerConversations(methods: MethodRegistry): void {
  methods.add("conversations.list", { tier: 2, token: "bot", scopes: READ_SCOPES, run: runList });
  methods.add("users.conversations", { tier: 3, token: "bot", scopes: READ_SCOPES, run: runList });
  methods.add("conversations.info", { tier: 3, token: "bot", scopes: READ_SCOPES, run: runInfo });
  methods.add("conversations.members", {
    tier: 4,
    token: "bot",
    scopes: READ_SCOPES,
    run: runMembers,
  });
  methods.add("conversations.open", {
    tier: 3,
    token: "bot",
    scopes: ["im:write", "mpim:write"],
    run: runOpen,
  });
  registerHistory(methods);
}

function runList({ workspace, args }: ApiCall): JsonObject {
  const types = (args.text("types") ?? "public_channel").split(",").map((type) => type.trim());
  const wants = (channel: Channel): boolean =>
    types.includes(channel.isIm ? "im" : "public_channel");
  const { directory } = workspace.state;
  const channels = directory.channels().filter(wants);
  for (const channel of channels) requireScope(workspace.manifest, [channelScope(channel, "read")]);
  const { items, metadata } = page(args, channels);
  return { channels: items.map(wireChannel), ...metadata };
}

function runInfo(call: ApiCall): JsonObject {
  const channel = readable(call);
  const members = call.args.flag("include_num_members")
    ? { num_members: channel.members.length }
    : {};
  return { channel: { ...wireChannel(channel), ...members } };
}

function runMembers(call: ApiCall): JsonObject {
  const { items, metadata } = page(call.args, readable(call).members);
  return { members: items, ...metadata };
}

function readable(call: ApiCall): Channel {
  const channel = channelById(call);
  requireScope(call.workspace.manifest, [channelScope(channel, "read")]);
  return channel;
}

/** Finds the direct message with one person; the simulated workspace has no group messages. */
function runOpen({ workspace, args }: ApiCall): JsonObject {
  const { directory } = workspace.state;
  const channelId = args.text("channel");
  const users = (args.text("users") ?? "").split(",").filter((user) => user !== "");
  if (channelId === undefined && users.length === 0)
    throw new SlackError("users_list_not_supplied");
  if (users.length > 1) throw new SlackError("method_not_supported_for_channel_type");
  const channel =
    channelId === undefined
      ? directory.directMessage(users[0] ?? "")
      : directory.channel(channelId);
  if (channel === undefined) {
    throw new SlackError(channelId === undefined ? notReachable(users[0]) : "channel_not_found");
  }
  return {
    no_op: true,
    already_open: true,
    channel: args.flag("return_im") ? wireChannel(channel) : { id: channel.id },
  };
}

function notReachable(user: string | undefined): string {
  return user === BOT_USER_ID ? "cannot_dm_bot" : "user_not_found";
}
