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

/** Of shared channels the list does not say with whom, as `conversations.info` does. */
function runList(call: ApiCall): JsonObject {
  const { channels, metadata } = listed(call, visibleTo(call));
  return {
    channels: channels.map(({ connected_team_ids: _connected, ...channel }) => channel),
    ...metadata,
  };
}

/**
 * The conversations of the bot, or of the person `user` as far as the bot knows of them. Of those that it is in Slack does not
 * repeat that it is.
 */
function runOwnList(call: ApiCall): JsonObject {
  const { directory } = call.workspace.state;
  const user = call.args.text("user") ?? BOT_USER_ID;
  if (directory.user(user) === undefined) throw new SlackError("user_not_found");
  const own = visibleTo(call).filter((channel) => channel.members.includes(user));
  const { channels, metadata } = listed(call, own);
  return {
    channels: channels.map(
      ({ is_member: _isMember, num_members: _count, connected_team_ids: _connected, ...rest }) =>
        rest,
    ),
    ...metadata,
  };
}

const MAX_LISTED = 1_000;

/**
 * One page of conversations. Archived channels that are not wanted are left out of the page, not of the count: a page may have
 * fewer than `limit`, even none, and a cursor to the next.
 *
 * @see https://docs.slack.dev/reference/methods/conversations.list "Fewer than the requested number of items may be returned"
 */
function listed(
  { workspace, args }: ApiCall,
  all: readonly Channel[],
): { readonly channels: readonly JsonObject[]; readonly metadata: JsonObject } {
  if (Number(args.text("limit") ?? 0) > MAX_LISTED) throw new SlackError("invalid_limit");
  const { items, metadata } = page(args, all);
  const shown = args.flag("exclude_archived")
    ? items.filter((channel) => channel.isArchived !== true)
    : items;
  const channels = shown.map((channel) => ({
    ...wireChannel(workspace, channel),
    ...(channel.isIm ? {} : { num_members: channel.members.length }),
  }));
  return { channels, metadata };
}

/** The scope to list each type. */
const LIST_SCOPES: Readonly<Record<string, string>> = {
  public_channel: "channels:read",
  private_channel: "groups:read",
  mpim: "mpim:read",
  im: "im:read",
};

/** Conversations of the kinds that the call asks for; private ones only where the bot is. */
function visibleTo({ workspace, args }: ApiCall): readonly Channel[] {
  const types = (args.text("types") ?? "public_channel").split(",").map((type) => type.trim());
  for (const type of types) {
    const scope = Object.hasOwn(LIST_SCOPES, type) ? LIST_SCOPES[type] : undefined;
    if (scope === undefined) throw new SlackError("invalid_types");
    requireScope(workspace.manifest, [scope]);
  }
  return workspace.state.directory
    .channels()
    .filter((channel) => types.includes(kindOf(channel)) && isVisible(channel));
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
  return { channel: { ...wireChannel(call.workspace, channel), ...members } };
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
  const { is_user_deleted: _isDeleted, ...shown } = wireChannel(call.workspace, channel);
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
