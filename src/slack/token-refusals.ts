/**
 * Slack's errors that mean: this token is good for nothing any more. Waiting mends none of them.
 *
 * https://docs.slack.dev/reference/methods/auth.test names them, but for `app_uninstalled`, `team_disabled` and
 * `user_removed_from_team`; `token_expired` is for apps with token rotation.
 */
const TOKEN_REFUSALS: ReadonlySet<string> = new Set([
  "account_inactive",
  "app_uninstalled",
  "invalid_auth",
  "not_authed",
  "team_disabled",
  "token_expired",
  "token_revoked",
  "user_removed_from_team",
]);

/** Does this error of Slack's refuse the token itself, whatever was asked for? */
export function isTokenRefusal(code: string): boolean {
  return TOKEN_REFUSALS.has(code);
}

/** What the operator has to do when Slack takes a token no more, after it has taken it. */
export function refusedTokenRemedy(
  variable: "SLACK_BOT_TOKEN" | "SLACK_APP_TOKEN",
  code: string,
): string {
  const where =
    variable === "SLACK_BOT_TOKEN"
      ? "Install the app again (OAuth & Permissions)"
      : "Make an app-level token with the scope connections:write (Basic Information)";
  return `Slack no longer takes ${variable} (${code}): the app was uninstalled, or its token was revoked. ${where} at https://api.slack.com/apps, set ${variable}, and start the bot again.`;
}
