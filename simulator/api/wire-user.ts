import { APP_ID, BOT_ID, BOT_USER_ID, ENTERPRISE, SISTER_TEAM_ID, TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { teamOf } from "../payloads/people.ts";
import type { User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";

const UPDATED_SECONDS = 1_767_225_600;

/** A member as methods return it; the address only with the scope for it. */
export function wireUser(workspace: Workspace, user: User): JsonObject {
  const { manifest, clock, url } = workspace;
  const now = clock.now();
  const [firstName = "", ...lastNames] = user.realName.split(" ");
  const offset = offsetSeconds(user.timeZone, now);
  return {
    id: user.id,
    team_id: teamOf(user),
    name: user.name,
    deleted: user.isDeleted === true,
    color: "9f69e7",
    real_name: user.realName,
    tz: user.timeZone,
    tz_label: zoneLabel(user.timeZone, now),
    tz_offset: offset,
    profile: {
      title: user.title,
      phone: "",
      skype: "",
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.isBot ? "" : user.name,
      display_name_normalized: user.isBot ? "" : user.name,
      status_text: "",
      status_text_canonical: "",
      status_emoji: "",
      status_expiration: 0,
      avatar_hash: user.id.toLowerCase(),
      first_name: firstName,
      last_name: lastNames.join(" "),
      team: teamOf(user),
      ...images(url),
      ...(user.isBot || !manifest.scopes.has("users:read.email") ? {} : { email: user.email }),
      ...(user.id === BOT_USER_ID
        ? { api_app_id: APP_ID, bot_id: BOT_ID, always_active: true }
        : {}),
    },
    is_admin: user.isAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.isGuest,
    is_ultra_restricted: false,
    is_bot: user.id === BOT_USER_ID,
    is_app_user: false,
    is_email_confirmed: !user.isBot,
    updated: UPDATED_SECONDS,
    ...(user.isStranger === true ? { is_stranger: true } : {}),
    ...enterpriseOf(workspace, user),
    who_can_share_contact_card: "EVERYONE",
  };
}

/** The person in the organization, on Enterprise Grid. */
function enterpriseOf({ state }: Workspace, user: User): JsonObject {
  if (!state.directory.grid || user.isBot || user.isStranger === true) return {};
  return {
    enterprise_user: {
      id: user.id,
      enterprise_id: ENTERPRISE.id,
      enterprise_name: ENTERPRISE.name,
      is_admin: user.isAdmin,
      is_owner: false,
      is_primary_owner: false,
      teams: user.isGuest ? [TEAM.id] : [TEAM.id, SISTER_TEAM_ID],
    },
  };
}

/** All people have the same picture. */
function images(url: string): JsonObject {
  const picture = `${url}/page/bot.svg`;
  return Object.fromEntries(
    [24, 32, 48, 72, 192, 512].map((size) => [`image_${size}`, picture] as const),
  );
}

function offsetSeconds(timeZone: string, now: number): number {
  const part = zonePart(timeZone, now, "longOffset");
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(part) ?? [];
  if (hours === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60);
}

function zoneLabel(timeZone: string, now: number): string {
  return zonePart(timeZone, now, "long");
}

function zonePart(timeZone: string, now: number, timeZoneName: "long" | "longOffset"): string {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName });
  return format.formatToParts(now).find((part) => part.type === "timeZoneName")?.value ?? "";
}
