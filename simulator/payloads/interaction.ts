import { APP_ID, ENTERPRISE, TEAM, VERIFICATION_TOKEN } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { Channel, User } from "../workspace/records.ts";
import type { ResponseTarget } from "../workspace/response-urls.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { payloadTeam, payloadUser } from "./people.ts";

/** The members that every interaction has. */
export function interactionBase(workspace: Workspace, type: string, user: User): JsonObject {
  const { grid } = workspace.state.directory;
  return {
    type,
    user: payloadUser(user),
    api_app_id: APP_ID,
    token: VERIFICATION_TOKEN,
    team: payloadTeam(workspace),
    enterprise: grid ? { id: ENTERPRISE.id, name: ENTERPRISE.name } : null,
    is_enterprise_install: false,
  };
}

/** A new address for answers. */
export function responseUrl(
  workspace: Workspace,
  kind: "commands" | "actions" | "app",
  target: ResponseTarget,
): string {
  const secret = workspace.state.responseUrls.create(target);
  workspace.touch();
  return `${workspace.url}/response/${kind}/${secret}`;
}

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
    ...(workspace.state.directory.grid
      ? { enterprise_id: ENTERPRISE.id, enterprise_name: ENTERPRISE.name }
      : {}),
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
