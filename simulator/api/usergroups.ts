import { TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Usergroup } from "../workspace/records.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { SlackError } from "./slack-error.ts";

const CREATED_SECONDS = 1_767_225_600;

/** User groups and who is in them. */
export function registerUsergroups(methods: MethodRegistry): void {
  const reading = { tier: 2, token: "bot", scopes: ["usergroups:read"] } as const;
  methods.add("usergroups.list", { ...reading, run: runList });
  methods.add("usergroups.users.list", { ...reading, run: runUsers });
}

function runList({ workspace, args }: ApiCall): JsonObject {
  const withUsers = args.flag("include_users");
  const withCount = args.flag("include_count");
  return {
    usergroups: workspace.state.directory.usergroups().map((group) => ({
      ...wireUsergroup(group),
      ...(withUsers ? { users: group.users } : {}),
      ...(withCount || withUsers ? { user_count: group.users.length } : {}),
    })),
  };
}

function runUsers({ workspace, args }: ApiCall): JsonObject {
  const group = workspace.state.directory.usergroup(args.required("usergroup"));
  if (group === undefined) throw new SlackError("no_such_subteam");
  return { users: group.users };
}

function wireUsergroup(group: Usergroup): JsonObject {
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
    auto_type: null,
    auto_provision: false,
    enterprise_subteam_id: "",
    created_by: "U0ALICE",
    updated_by: "U0ALICE",
    deleted_by: null,
    prefs: { channels: [], groups: [] },
  };
}
