import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { saveChannel } from "../workspace/channel-actions.ts";
import { createId } from "../workspace/ids.ts";
import type { Channel } from "../workspace/records.ts";
import { channelById } from "./channel-argument.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { requireScope } from "./scopes.ts";
import { SlackError } from "./slack-error.ts";
import { wireChannel } from "./wire-channel.ts";

const NAME = /^[\p{Ll}\p{Lm}\p{Lo}\p{M}\p{N}_-]{1,80}$/u;
const MAX_TOPIC = 250;
const MAX_INVITED = 100;

/** Making channels, and who is in them. */
export function registerChannelManagement(methods: MethodRegistry): void {
  const managing = { token: "bot", scopes: ["channels:manage", "groups:write"] } as const;
  const inviting = {
    token: "bot",
    scopes: ["channels:manage", "groups:write", "channels:write.invites", "groups:write.invites"],
  } as const;
  const describing = {
    token: "bot",
    scopes: ["channels:manage", "groups:write", "channels:write.topic", "groups:write.topic"],
  } as const;
  methods.add("conversations.create", { ...managing, tier: 2, run: runCreate });
  methods.add("conversations.join", {
    token: "bot",
    scopes: ["channels:join"],
    tier: 3,
    run: runJoin,
  });
  methods.add("conversations.leave", { ...managing, tier: 3, run: runLeave });
  methods.add("conversations.invite", { ...inviting, tier: 3, run: runInvite });
  methods.add("conversations.kick", { ...managing, tier: 3, run: runKick });
  methods.add("conversations.archive", {
    ...managing,
    tier: 2,
    run: (call) => archive(call, true),
  });
  methods.add("conversations.unarchive", {
    ...managing,
    tier: 2,
    run: (call) => archive(call, false),
  });
  methods.add("conversations.rename", { ...managing, tier: 2, run: runRename });
  methods.add("conversations.setTopic", {
    ...describing,
    tier: 2,
    run: (call) => describe(call, "topic"),
  });
  methods.add("conversations.setPurpose", {
    ...describing,
    tier: 2,
    run: (call) => describe(call, "purpose"),
  });
}

function runCreate({ workspace, args }: ApiCall): JsonObject {
  const isPrivate = args.flag("is_private");
  requireScope(workspace.manifest, [isPrivate ? "groups:write" : "channels:manage"]);
  const channel: Channel = {
    id: createId("C"),
    name: freeName({ workspace, args }),
    isIm: false,
    ...(isPrivate ? { isPrivate } : {}),
    members: [BOT_USER_ID],
    topic: "",
    created: Math.floor(workspace.clock.now() / 1_000),
    creator: BOT_USER_ID,
  };
  saveChannel(workspace, channel, BOT_USER_ID);
  return { channel: wireChannel(workspace, channel) };
}

function runJoin(call: ApiCall): JsonObject {
  const channel = channelById(call);
  if (channel.isIm || channel.isPrivate === true)
    throw new SlackError("method_not_supported_for_channel_type");
  if (channel.isArchived === true) throw new SlackError("is_archived");
  if (channel.members.includes(BOT_USER_ID)) {
    return { channel: wireChannel(call.workspace, channel), warning: "already_in_channel" };
  }
  const joined = withMembers(channel, [...channel.members, BOT_USER_ID]);
  saveChannel(call.workspace, joined, BOT_USER_ID);
  return { channel: wireChannel(call.workspace, joined) };
}

function runLeave(call: ApiCall): JsonObject {
  const channel = channelById(call);
  if (channel.isIm) throw new SlackError("method_not_supported_for_channel_type");
  if (channel.name === "general") throw new SlackError("cant_leave_general");
  if (!channel.members.includes(BOT_USER_ID)) return { not_in_channel: true };
  const left = channel.members.filter((member) => member !== BOT_USER_ID);
  saveChannel(call.workspace, withMembers(channel, left), BOT_USER_ID);
  return {};
}

/**
 * Without `force` nobody is invited if one cannot be; with it the others are, and the answer says who was not. One alone is refused
 * as ever.
 *
 * @see https://docs.slack.dev/reference/methods/conversations.invite
 */
function runInvite(call: ApiCall): JsonObject {
  const channel = managed(call);
  const users = call.args.required("users").split(",");
  if (users.length > MAX_INVITED) throw new SlackError("too_many_users");
  const errors = users.flatMap((user) => {
    const error = inviteRefusal(call, channel, user);
    return error === undefined ? [] : [{ ok: false, error, user }];
  });
  const [first] = errors;
  if (first !== undefined && (users.length === 1 || !call.args.flag("force")))
    throw new SlackError(first.error, { errors });
  const invited = users.filter((user) => errors.every((one) => one.user !== user));
  const joined = withMembers(channel, [...channel.members, ...invited]);
  saveChannel(call.workspace, joined, BOT_USER_ID);
  return {
    channel: wireChannel(call.workspace, joined),
    ...(errors.length === 0 ? {} : { errors }),
  };
}

function inviteRefusal({ workspace }: ApiCall, channel: Channel, id: string): string | undefined {
  const user = workspace.state.directory.user(id);
  if (user === undefined || user.isDeleted === true) return "user_not_found";
  if (id === BOT_USER_ID) return "cant_invite_self";
  if (channel.members.includes(id)) return "already_in_channel";
  return user.isStranger === true ? "cant_invite" : undefined;
}

function runKick(call: ApiCall): JsonObject {
  const channel = managed(call);
  const user = call.args.required("user");
  if (user === BOT_USER_ID) throw new SlackError("cant_kick_self");
  if (channel.name === "general") throw new SlackError("cant_kick_from_general");
  if (!channel.members.includes(user)) throw new SlackError("not_in_channel");
  const left = channel.members.filter((member) => member !== user);
  saveChannel(call.workspace, withMembers(channel, left), BOT_USER_ID);
  return {};
}

function archive(call: ApiCall, isArchived: boolean): JsonObject {
  const channel = channelById(call);
  if (channel.isIm) throw new SlackError("method_not_supported_for_channel_type");
  if (channel.name === "general") throw new SlackError("cant_archive_general");
  if ((channel.isArchived === true) === isArchived) {
    throw new SlackError(isArchived ? "already_archived" : "not_archived");
  }
  saveChannel(call.workspace, { ...channel, isArchived }, BOT_USER_ID);
  return {};
}

function runRename(call: ApiCall): JsonObject {
  const channel = managed(call);
  const renamed = { ...channel, name: freeName(call) };
  saveChannel(call.workspace, renamed, BOT_USER_ID);
  return { channel: wireChannel(call.workspace, renamed) };
}

/** The simulator keeps one text for topic and purpose. */
function describe(call: ApiCall, name: "topic" | "purpose"): JsonObject {
  const channel = managed(call);
  const text = call.args.text(name) ?? "";
  if (text.length > MAX_TOPIC) throw new SlackError("too_long");
  const described = { ...channel, topic: text };
  saveChannel(call.workspace, described, BOT_USER_ID);
  return { channel: wireChannel(call.workspace, described) };
}

/** A channel that the bot may change: not archived, and the bot is in it. */
function managed(call: ApiCall): Channel {
  const channel = channelById(call);
  if (channel.isIm) throw new SlackError("method_not_supported_for_channel_type");
  requireScope(call.workspace.manifest, scopesToManage(channel));
  if (channel.isArchived === true) throw new SlackError("is_archived");
  if (!channel.members.includes(BOT_USER_ID)) throw new SlackError("not_in_channel");
  return channel;
}

function scopesToManage(channel: Channel): readonly string[] {
  const kind = channel.isPrivate === true ? "groups:write" : "channels:manage";
  const prefix = channel.isPrivate === true ? "groups" : "channels";
  return [kind, `${prefix}:write.invites`, `${prefix}:write.topic`];
}

/** @throws {SlackError} `invalid_name_specials` or `name_taken`. */
function freeName({ workspace, args }: Pick<ApiCall, "workspace" | "args">): string {
  const name = args.required("name");
  if (!NAME.test(name)) throw new SlackError("invalid_name_specials");
  if (workspace.state.directory.channelByName(name) !== undefined) {
    throw new SlackError("name_taken");
  }
  return name;
}

function withMembers(channel: Channel, members: readonly string[]): Channel {
  return { ...channel, members };
}
