import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, problem, unknown } from "../finding.ts";
import type { Manifest } from "../manifest.ts";
import { appPage } from "../slack-pages.ts";
import { withIdentity } from "../with-identity.ts";

/** Whether the token has the scopes of `manifest.yml`. Slack sends them in the header `x-oauth-scopes`. */
export function slackScopesCheck(context: DoctorContext): Check {
  return {
    id: "slack.scopes",
    title: "Scopes",
    run: () =>
      withIdentity(context, ({ scopes, appId }) => {
        if (scopes !== null) return judgeScopes(scopes, context.manifest, appId);
        return [
          unknown(
            "Slack did not say which scopes the token has.",
            `Compare those of ${appPage(appId, "oauth")} with manifest.yml.`,
          ),
        ];
      }),
  };
}

/**
 * Pure: what is missing, and the lines to add.
 *
 * @internal exported for its test
 */
export function judgeScopes(
  granted: ReadonlySet<string>,
  { scopes, optionalScopes }: Pick<Manifest, "scopes" | "optionalScopes">,
  appId: string | null,
): readonly Finding[] {
  const missing = scopes.filter((scope) => !granted.has(scope));
  const leftOut = optionalScopes.filter((scope) => !granted.has(scope));
  const optional =
    leftOut.length === 0 ? "" : `; optional ones that are not granted: ${leftOut.join(", ")}`;
  if (missing.length === 0) return [ok(`all ${scopes.length} that the bot needs${optional}`)];
  const lines = missing.map((scope) => `      - ${scope}`).join("\n");
  return [
    problem(
      `${missing.length} of ${scopes.length} needed scopes are not granted: ${missing.join(", ")}${optional}.`,
      `Add to oauth_config.scopes.bot at ${appPage(appId, "manifest")}\n${lines}\nand install the app anew: ${appPage(appId, "oauth")}`,
    ),
  ];
}
