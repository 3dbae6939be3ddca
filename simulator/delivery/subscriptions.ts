import type { AppManifest } from "../manifest.ts";
import type { Channel } from "../workspace/records.ts";

interface Subscription {
  /** The name in the manifest's `bot_events`. */
  readonly name: string;
  readonly scope: string | undefined;
}

/** The subscription that an event needs, by the event's type and, for messages, the kind of channel. */
export function subscriptionFor(type: string, channel: Channel | undefined): Subscription {
  switch (type) {
    case "message":
      return messageSubscription(channel);
    case "app_mention":
      return { name: type, scope: "app_mentions:read" };
    case "reaction_added":
    case "reaction_removed":
      return { name: type, scope: "reactions:read" };
    case "member_joined_channel":
    case "member_left_channel":
      return { name: type, scope: channel?.isPrivate === true ? "groups:read" : "channels:read" };
    case "channel_archive":
    case "channel_created":
    case "channel_left":
    case "channel_rename":
    case "channel_unarchive":
      return { name: type, scope: "channels:read" };
    case "subteam_members_changed":
    case "subteam_updated":
      return { name: type, scope: "usergroups:read" };
    case "team_join":
    case "user_change":
      return { name: type, scope: "users:read" };
    case "file_created":
    case "file_shared":
      return { name: type, scope: "files:read" };
    default:
      return { name: type, scope: undefined };
  }
}

function messageSubscription(channel: Channel | undefined): Subscription {
  if (channel?.isIm === true) return { name: "message.im", scope: "im:history" };
  if (channel?.isPrivate === true) return { name: "message.groups", scope: "groups:history" };
  return { name: "message.channels", scope: "channels:history" };
}

/** Whether the manifest lets the app have this event: subscribed to, and with the scope it needs. */
export function isSubscribed(manifest: AppManifest, type: string, channel?: Channel): boolean {
  const { name, scope } = subscriptionFor(type, channel);
  return manifest.events.has(name) && (scope === undefined || manifest.scopes.has(scope));
}
