import { TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Channel, Message } from "../workspace/records.ts";
import { toWire } from "./to-wire.ts";

/** What the app is told about a new message. */
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
    ...(parent === undefined ? {} : { parent_user_id: parent.user }),
  };
}

/** What the app is told about an edited message. */
export function messageChangedEvent(
  channel: Channel,
  previous: Message,
  next: Message,
  eventTs: string,
): JsonObject {
  return {
    type: "message",
    subtype: "message_changed",
    message: toWire({ ...next, source_team: TEAM.id, user_team: TEAM.id }),
    previous_message: toWire(previous),
    channel: channel.id,
    hidden: true,
    ts: eventTs,
    event_ts: eventTs,
    channel_type: channelType(channel),
  };
}

/** What the app is told about a deleted message. */
export function messageDeletedEvent(
  channel: Channel,
  previous: Message,
  eventTs: string,
): JsonObject {
  return {
    type: "message",
    subtype: "message_deleted",
    previous_message: toWire(previous),
    deleted_ts: previous.ts,
    channel: channel.id,
    hidden: true,
    ts: eventTs,
    event_ts: eventTs,
    channel_type: channelType(channel),
  };
}

function channelType(channel: Channel): string {
  return channel.isIm ? "im" : "channel";
}
