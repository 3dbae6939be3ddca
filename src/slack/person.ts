import type { UsersInfoResponse } from "@slack/web-api";
import type { Person } from "../engine/ports/directory.ts";

type SlackUser = NonNullable<UsersInfoResponse["user"]>;

/** A person as Slack tells it. @param team - our workspace's id; `null` if Slack did not say. */
export function toPerson(user: SlackUser, team: string | null): Person | null {
  if (user.id === undefined) return null;
  return {
    id: user.id,
    name: user.profile?.display_name || user.real_name || user.name || user.id,
    isAdmin: [user.is_admin, user.is_owner, user.is_primary_owner].includes(true),
    isGuest: [user.is_restricted, user.is_ultra_restricted].includes(true),
    isStranger: user.is_stranger === true || isOfOtherTeam(user, team),
    isBot: user.is_bot === true || user.id === "USLACKBOT",
  };
}

/** In an Enterprise Grid people carry the team they joined by; they are ours if our team is among theirs. */
function isOfOtherTeam(user: SlackUser, team: string | null): boolean {
  if (team === null || user.team_id === undefined || user.team_id === team) return false;
  return user.enterprise_user?.teams?.includes(team) !== true;
}
