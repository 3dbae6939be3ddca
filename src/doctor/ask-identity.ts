import type { WebClient } from "@slack/web-api";
import type { Identity } from "./context.ts";

/**
 * Asks Slack who the bot is.
 *
 * @throws {unknown} what the client throws.
 */
export async function askIdentity(client: WebClient): Promise<Identity> {
  const answer = await client.auth.test();
  const botId = answer.bot_id ?? "";
  const scopes = answer.response_metadata?.scopes;
  return {
    teamId: answer.team_id ?? "",
    team: answer.team ?? "",
    botId,
    userId: answer.user_id ?? "",
    user: answer.user ?? "",
    appId: await askAppId(client, botId),
    isOrganization: answer.is_enterprise_install === true,
    scopes: scopes === undefined ? null : new Set(scopes),
  };
}

/** `null` when Slack does not say, for want of the scope `users:read` for instance. */
async function askAppId(client: WebClient, bot: string): Promise<string | null> {
  try {
    return (await client.bots.info({ bot })).bot?.app_id ?? null;
  } catch {
    return null;
  }
}
