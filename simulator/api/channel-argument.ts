import { BOT_USER_ID } from "../identity.ts";
import type { Channel } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { ApiCall } from "./method.ts";
import { SlackError } from "./slack-error.ts";

/**
 * The channel of the argument `channel`, by id.
 *
 * @throws {SlackError} `channel_not_found`, or `invalid_arguments` when it is absent.
 */
export function channelById({ workspace, args }: ApiCall, name = "channel"): Channel {
  const channel = workspace.state.directory.channel(args.required(name));
  if (channel === undefined || !isVisible(channel)) throw new SlackError("channel_not_found");
  return channel;
}

/** Whether the bot knows of a channel: everything but private channels and other people's direct messages. */
export function isVisible(channel: Channel): boolean {
  const isOpen = channel.isPrivate !== true && !channel.isIm;
  return isOpen || channel.members.includes(BOT_USER_ID);
}

/** The channel of this id or name, with or without `#`, or the direct message of the person with this id. */
export function channelNamed(
  { state: { directory } }: Workspace,
  wanted: string,
): Channel | undefined {
  return (
    directory.channel(wanted) ??
    directory.directMessage(wanted) ??
    directory.channelByName(wanted.replace(/^#/, ""))
  );
}

/**
 * The channel to post to, by id or name, or by the id of a person for their direct message.
 *
 * @throws {SlackError} `channel_not_found`, `is_archived`, `messages_tab_disabled`, or `not_in_channel` when the bot is no member.
 */
export function channelToPostTo(call: ApiCall): Channel {
  const channel = channelNamed(call.workspace, call.args.required("channel"));
  if (channel === undefined || !isVisible(channel)) throw new SlackError("channel_not_found");
  if (channel.isArchived === true) throw new SlackError("is_archived");
  if (channel.isIm) checkPerson(call, channel);
  if (!channel.members.includes(BOT_USER_ID)) {
    if (!call.workspace.manifest.scopes.has("chat:write.public"))
      throw new SlackError("not_in_channel");
  }
  return channel;
}

function checkPerson({ workspace }: ApiCall, channel: Channel): void {
  // The reference has no code for a deactivated account.
  if (workspace.state.directory.user(channel.user ?? "")?.isDeleted === true)
    throw new SlackError("channel_not_found");
  if (!workspace.manifest.messagesTab) throw new SlackError("messages_tab_disabled");
}
