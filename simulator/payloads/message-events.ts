import { TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Channel, Message } from "../workspace/records.ts";
import { toWire } from "./to-wire.ts";

/** The event for a new message. */
export function messageEvent(
  channel: Channel,
  message: Message,
  parent: Message | undefined,
): JsonObject {
  const { metadata: _metadata, reply_count: _count, ...rest } = message;
  const withFiles = (message.files ?? []).length > 0 && message.subtype === undefined;
  return {
    ...toWire(rest),
    ...(withFiles ? { subtype: "file_share", upload: false, display_as_bot: false } : {}),
    channel: channel.id,
    event_ts: message.ts,
    channel_type: channelType(channel),
    ...(parent === undefined ? {} : inThread(message, parent)),
  };
}

/** A reply names who it answers; one that the channel sees as well brings what it answers. */
function inThread(message: Message, parent: Message): JsonObject {
  if (message.subtype !== "thread_broadcast") return { parent_user_id: parent.user };
  return { root: toWire(withoutMetadata(parent)) };
}

/** The event for an edited message. */
export function messageChangedEvent(
  channel: Channel,
  previous: Message,
  next: Message,
  eventTs: string,
): JsonObject {
  return {
    type: "message",
    subtype: "message_changed",
    message: toWire({ ...withoutMetadata(next), source_team: TEAM.id, user_team: TEAM.id }),
    previous_message: toWire(withoutMetadata(previous)),
    channel: channel.id,
    hidden: true,
    ts: eventTs,
    event_ts: eventTs,
    channel_type: channelType(channel),
  };
}

/** The event for a deleted message. */
export function messageDeletedEvent(
  channel: Channel,
  previous: Message,
  eventTs: string,
): JsonObject {
  return {
    type: "message",
    subtype: "message_deleted",
    previous_message: toWire(withoutMetadata(previous)),
    deleted_ts: previous.ts,
    channel: channel.id,
    hidden: true,
    ts: eventTs,
    event_ts: eventTs,
    channel_type: channelType(channel),
  };
}

/** Metadata comes with events of its own. */
function withoutMetadata({ metadata: _metadata, ...rest }: Message): object {
  return rest;
}

function channelType(channel: Channel): string {
  if (channel.isIm) return "im";
  return channel.isPrivate === true ? "group" : "channel";
}

/** The event for an added or removed reaction. */
export function reactionEvent(
  channel: Channel,
  message: Message,
  change: {
    readonly user: string;
    readonly name: string;
    readonly add: boolean;
    readonly eventTs: string;
  },
): JsonObject {
  return {
    type: change.add ? "reaction_added" : "reaction_removed",
    user: change.user,
    reaction: change.name,
    item: { type: "message", channel: channel.id, ts: message.ts },
    item_user: message.user,
    event_ts: change.eventTs,
  };
}
