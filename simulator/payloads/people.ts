import { APP_ID, BOT_ID, ENTERPRISE, PARTNER_TEAM_ID, TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** The `user` of interactions. */
export function payloadUser(user: User): JsonObject {
  return { id: user.id, username: user.name, name: user.name, team_id: teamOf(user) };
}

/** The organization of a person. */
export function teamOf(user: User | undefined): string {
  return user?.isStranger === true ? PARTNER_TEAM_ID : TEAM.id;
}

/** The `team` of interactions. */
export function payloadTeam({ state }: Workspace): JsonObject {
  return {
    id: TEAM.id,
    domain: TEAM.domain,
    ...(state.directory.grid
      ? { enterprise_id: ENTERPRISE.id, enterprise_name: ENTERPRISE.name }
      : {}),
  };
}

/** The `bot_profile` of messages that the bot posted. */
export function botProfile(workspace: Workspace): JsonObject {
  return {
    id: BOT_ID,
    app_id: APP_ID,
    name: workspace.manifest.botName,
    icons: {
      image_36: `${workspace.url}/page/bot.svg`,
      image_48: `${workspace.url}/page/bot.svg`,
      image_72: `${workspace.url}/page/bot.svg`,
    },
    deleted: false,
    updated: 1_767_225_600,
    team_id: TEAM.id,
  };
}
