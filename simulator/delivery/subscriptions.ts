import type { AppManifest } from "../manifest.ts";
import type { Channel } from "../workspace/records.ts";

/** The scope that an event needs, by its name in the manifest's `bot_events`. */
const SCOPES: Readonly<Record<string, string>> = {
  agent_session_stopped: "chat:write",
  app_mention: "app_mentions:read",
  channel_archive: "channels:read",
  channel_created: "channels:read",
  channel_deleted: "channels:read",
  channel_left: "channels:read",
  channel_rename: "channels:read",
  channel_unarchive: "channels:read",
  file_created: "files:read",
  file_shared: "files:read",
  group_archive: "groups:read",
  group_deleted: "groups:read",
  group_left: "groups:read",
  group_rename: "groups:read",
  group_unarchive: "groups:read",
  "message.channels": "channels:history",
  "message.groups": "groups:history",
  "message.im": "im:history",
  "message.mpim": "mpim:history",
  message_metadata_deleted: "metadata.message:read",
  message_metadata_posted: "metadata.message:read",
  message_metadata_updated: "metadata.message:read",
  reaction_added: "reactions:read",
  reaction_removed: "reactions:read",
  subteam_created: "usergroups:read",
  subteam_members_changed: "usergroups:read",
  subteam_updated: "usergroups:read",
  team_join: "users:read",
  user_change: "users:read",
};
/** These need the scope of the kind of channel that they are about. */
const BY_KIND: ReadonlySet<string> = new Set([
  "channel_shared",
  "channel_unshared",
  "member_joined_channel",
  "member_left_channel",
]);

/** Whether the manifest lets the app have this event: subscribed to, and with the scope it needs. */
export function isSubscribed(manifest: AppManifest, type: string, channel?: Channel): boolean {
  const name = type === "message" ? messageEvent(channel) : type;
  const scope = BY_KIND.has(type) ? kindScope(channel) : scopeOf(name);
  return manifest.events.has(name) && (scope === undefined || manifest.scopes.has(scope));
}

/** The scope without which Slack takes no subscription to this event; none for many. */
export function scopeOf(event: string): string | undefined {
  return Object.hasOwn(SCOPES, event) ? SCOPES[event] : undefined;
}

function messageEvent(channel: Channel | undefined): string {
  if (channel?.isIm === true) return "message.im";
  return channel?.isPrivate === true ? "message.groups" : "message.channels";
}

function kindScope(channel: Channel | undefined): string {
  return channel?.isPrivate === true ? "groups:read" : "channels:read";
}
