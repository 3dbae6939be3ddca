import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Channel, User } from "../workspace/records.ts";
import { channelById, isVisible } from "./channel-argument.ts";
import { registerHistory } from "./conversations-history.ts";
import { registerChannelManagement } from "./conversations-manage.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { page } from "./paging.ts";
import { channelScope, requireScope } from "./scopes.ts";
import { SlackError } from "./slack-error.ts";
import { wireChannel } from "./wire-channel.ts";

const READ_SCOPES = ["channels:read", "groups:read", "im:read", "mpim:read"];

/** Channels and their members. */
export function registerConversations(methods: MethodRegistry): void {
  methods.add("conversations.list", { tier: 2, token: "bot", scopes: READ_SCOPES, run: runList });
  methods.add("users.conversations", {
    tier: 3,
    token: "bot",
    scopes: READ_SCOPES,
    run: runOwnList,
  });
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
  registerChannelManagement(methods);
}

function runList(call: ApiCall): JsonObject {
  const { items, metadata } = page(call.args, wanted(call));
  const channels = items.map((channel) => ({
    ...wireChannel(channel),
    ...(channel.isIm ? {} : { num_members: channel.members.length }),
  }));
  return { channels, ...metadata };
}

/** Of the channels that the bot is in Slack does not repeat that it is. */
function runOwnList(call: ApiCall): JsonObject {
  const own = wanted(call).filter((channel) => channel.members.includes(BOT_USER_ID));
  const { items, metadata } = page(call.args, own);
  const channels = items.map((channel) => {
    const { is_member: _isMember, ...rest } = wireChannel(channel);
    return rest;
  });
  return { channels, ...metadata };
}

/** Channels of the kinds that the call asks for; private ones only where the bot is. */
function wanted({ workspace, args }: ApiCall): readonly Channel[] {
  const types = (args.text("types") ?? "public_channel").split(",").map((type) => type.trim());
  const withArchived = !args.flag("exclude_archived");
  const channels = workspace.state.directory
    .channels()
    .filter((channel) => types.includes(kindOf(channel)))
    .filter((channel) => isVisible(channel))
    .filter((channel) => withArchived || channel.isArchived !== true);
  for (const channel of channels) requireScope(workspace.manifest, [channelScope(channel, "read")]);
  return channels;
}

function kindOf(channel: Channel): string {
  if (channel.isIm) return "im";
  return channel.isPrivate === true ? "private_channel" : "public_channel";
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
function runOpen(call: ApiCall): JsonObject {
  const channel = openable(call);
  const { is_user_deleted: _isDeleted, ...shown } = wireChannel(channel);
  return {
    no_op: true,
    already_open: true,
    channel: call.args.flag("return_im") ? shown : { id: channel.id },
  };
}

/** The conversation that the call names by its id or by its person. */
function openable({ workspace, args }: ApiCall): Channel {
  const { directory } = workspace.state;
  const channelId = args.text("channel");
  if (channelId !== undefined) {
    const channel = directory.channel(channelId);
    if (channel === undefined || !isVisible(channel)) throw new SlackError("channel_not_found");
    return channel;
  }
  const users = (args.text("users") ?? "").split(",").filter((user) => user !== "");
  if (users.length === 0) throw new SlackError("users_list_not_supplied");
  if (users.length > 1) throw new SlackError("method_not_supported_for_channel_type");
  const [id = ""] = users;
  const user = directory.user(id);
  if (user?.isDeleted === true) throw new SlackError("user_disabled");
  const channel = directory.directMessage(id);
  if (channel === undefined) throw new SlackError(notReachable(user));
  return channel;
}

function notReachable(user: User | undefined): string {
  if (user?.isStranger === true) return "user_not_visible";
  return user?.id === BOT_USER_ID ? "cannot_dm_bot" : "user_not_found";
}
