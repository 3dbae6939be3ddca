import { BOT_USER_ID, PARTNER_TEAM_ID, TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Channel } from "../workspace/records.ts";

/** A conversation as methods return it. */
export function wireChannel(channel: Channel): JsonObject {
  if (channel.isIm) {
    return {
      id: channel.id,
      created: channel.created,
      is_im: true,
      is_org_shared: false,
      context_team_id: TEAM.id,
      updated: channel.created * 1_000,
      is_archived: false,
      is_user_deleted: false,
      user: channel.user,
      priority: 0,
    };
  }
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
    is_shared: channel.isShared === true,
    is_org_shared: false,
    is_ext_shared: channel.isShared === true,
    is_pending_ext_shared: false,
    is_member: channel.members.includes(BOT_USER_ID),
    created: channel.created,
    updated: channel.created * 1_000,
    creator: "U0ALICE",
    unlinked: 0,
    pending_shared: [],
    previous_names: [],
    shared_team_ids: channel.isShared === true ? [TEAM.id, PARTNER_TEAM_ID] : [TEAM.id],
    context_team_id: TEAM.id,
    topic: { value: channel.topic, creator: "U0ALICE", last_set: channel.created },
    purpose: { value: channel.topic, creator: "U0ALICE", last_set: channel.created },
  };
}
