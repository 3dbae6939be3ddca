import { BOT_USER_ID, PARTNER_TEAM_ID, SISTER_TEAM_ID, TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Channel } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** A conversation as methods return it. */
export function wireChannel({ state }: Workspace, channel: Channel): JsonObject {
  const { directory } = state;
  if (channel.isIm) {
    return {
      id: channel.id,
      created: channel.created,
      is_im: true,
      is_org_shared: false,
      context_team_id: TEAM.id,
      updated: channel.created * 1_000,
      is_archived: false,
      is_user_deleted: directory.user(channel.user ?? "")?.isDeleted === true,
      user: channel.user,
      priority: 0,
    };
  }
  const creator = channel.creator ?? directory.users()[0]?.id ?? "";
  const about = { value: channel.topic, creator, last_set: channel.created };
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.isPrivate !== true,
    is_group: channel.isPrivate === true,
    is_im: false,
    is_mpim: false,
    is_private: channel.isPrivate === true,
    is_archived: channel.isArchived === true,
    is_general: channel.name === "general",
    is_shared: channel.isShared === true || channel.isOrgShared === true,
    is_org_shared: channel.isOrgShared === true,
    is_ext_shared: channel.isShared === true,
    is_pending_ext_shared: channel.isPendingShared === true,
    is_member: channel.members.includes(BOT_USER_ID),
    created: channel.created,
    updated: channel.created * 1_000,
    creator,
    unlinked: 0,
    pending_shared: channel.isPendingShared === true ? [PARTNER_TEAM_ID] : [],
    previous_names: [],
    context_team_id: TEAM.id,
    topic: about,
    purpose: about,
    ...teamsOf(channel),
  };
}

/**
 * The workspaces and organizations that a channel is shared with. `connected_team_ids` are those of other organizations.
 *
 * @see https://docs.slack.dev/apis/slack-connect
 */
function teamsOf(channel: Channel): JsonObject {
  const internal = channel.isOrgShared === true ? [TEAM.id, SISTER_TEAM_ID] : [TEAM.id];
  const connected = channel.isShared === true ? [PARTNER_TEAM_ID] : [];
  return {
    shared_team_ids: [...internal, ...connected],
    ...(channel.isOrgShared === true || channel.isShared === true
      ? { internal_team_ids: internal, conversation_host_id: TEAM.id }
      : {}),
    ...(channel.isShared === true ? { connected_team_ids: connected } : {}),
    ...(channel.isPendingShared === true ? { pending_connected_team_ids: [PARTNER_TEAM_ID] } : {}),
  };
}
