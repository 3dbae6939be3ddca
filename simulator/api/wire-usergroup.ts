import { TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Usergroup } from "../workspace/records.ts";

const CREATED_SECONDS = 1_767_225_600;

/** A user group as methods and events show it, without its members. */
export function wireUsergroup(group: Usergroup): JsonObject {
  return {
    id: group.id,
    team_id: TEAM.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: "",
    handle: group.handle,
    is_external: false,
    date_create: CREATED_SECONDS,
    date_update: CREATED_SECONDS,
    date_delete: 0,
    auto_provision: false,
    enterprise_subteam_id: "",
    created_by: "U0ALICE",
    updated_by: "U0ALICE",
    deleted_by: null,
    prefs: { channels: [], groups: [] },
  };
}
