import { APP_ID, TEAM, VERIFICATION_TOKEN } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Channel, User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { responseUrl } from "./interaction.ts";

/** A slash command as the app gets it; in HTTP mode these members are form fields. */
export function slashCommandPayload(
  workspace: Workspace,
  typed: {
    readonly user: User;
    readonly channel: Channel;
    readonly command: string;
    readonly text: string;
  },
): JsonObject {
  const { user, channel, command, text } = typed;
  return {
    token: VERIFICATION_TOKEN,
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: APP_ID,
    is_enterprise_install: "false",
    response_url: responseUrl(workspace, "commands", { user: user.id, channel: channel.id }),
    trigger_id: workspace.triggers.create(user.id),
  };
}
