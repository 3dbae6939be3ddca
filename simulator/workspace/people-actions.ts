import { wireUser } from "../api/wire-user.ts";
import { wireUsergroup } from "../api/wire-usergroup.ts";
import { TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { emitEvent } from "./emit-event.ts";
import type { User, Usergroup } from "./records.ts";
import type { Workspace } from "./workspace.ts";

/** Adds or changes a member, and emits the event. */
export function saveUser(workspace: Workspace, user: User): void {
  const { directory } = workspace.state;
  const type = directory.user(user.id) === undefined ? "team_join" : "user_change";
  directory.saveUser(user);
  changed(workspace);
  tell(workspace, type, {
    user: wireUser(workspace, user),
    ...(type === "user_change" ? { cache_ts: seconds(workspace) } : {}),
  });
}

/** Adds or changes a user group, and emits the events about joined and removed members. */
export function saveUsergroup(workspace: Workspace, group: Usergroup): void {
  const { directory } = workspace.state;
  const previous = directory.usergroup(group.id);
  directory.saveUsergroup(group);
  changed(workspace);
  const subteam = { ...wireUsergroup(group), users: group.users };
  if (previous === undefined) {
    tell(workspace, "subteam_created", { subteam });
    return;
  }
  const before = previous.users;
  const added = group.users.filter((user) => !before.includes(user));
  const removed = before.filter((user) => !group.users.includes(user));
  tell(workspace, "subteam_members_changed", {
    subteam_id: group.id,
    team_id: TEAM.id,
    date_previous_update: seconds(workspace),
    date_update: seconds(workspace),
    added_users: added,
    added_users_count: added.length,
    removed_users: removed,
    removed_users_count: removed.length,
  });
  tell(workspace, "subteam_updated", { subteam });
}

function changed(workspace: Workspace): void {
  workspace.touch();
  workspace.feed.publish({ type: "directory" });
}

function seconds({ clock }: Workspace): number {
  return Math.floor(clock.now() / 1_000);
}

function tell(workspace: Workspace, type: string, facts: JsonObject): void {
  const eventTs = workspace.state.timestamps.next();
  void emitEvent(workspace, { type, ...facts, event_ts: eventTs });
}
