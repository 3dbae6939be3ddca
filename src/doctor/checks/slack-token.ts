import { toSlackError, toSlackFailure } from "../../slack/errors.ts";
import type { DoctorContext, Identity } from "../context.ts";
import { type Check, type Finding, ok, problem, warning } from "../finding.ts";
import { appPage } from "../slack-pages.ts";

/** Whether Slack can be reached and takes the bot token (`auth.test`). */
export function slackTokenCheck({ identity, env }: DoctorContext): Check {
  return {
    id: "slack.token",
    title: "Bot token",
    async run() {
      try {
        return describeIdentity(await identity());
      } catch (error) {
        return [refusal(error, env)];
      }
    },
  };
}

function describeIdentity({ team, user, isOrganization }: Identity): readonly Finding[] {
  const found = ok(`@${user} in the workspace ${team}`);
  if (!isOrganization) return [found];
  return [
    found,
    warning(
      "The token belongs to an installation for a whole organization; Heddle works in one workspace.",
      "Install the app in that workspace, and set SLACK_BOT_TOKEN to its token.",
    ),
  ];
}

function refusal(error: unknown, env: DoctorContext["env"]): Finding {
  const failure = toSlackFailure(error);
  if (failure.kind === "refused") {
    return problem(
      `Slack refuses SLACK_BOT_TOKEN (${failure.code}).`,
      `Open ${appPage(null, "oauth")}, choose your app, install it (anew), and copy the Bot User OAuth Token into SLACK_BOT_TOKEN.`,
    );
  }
  const { message } = toSlackError(error, "auth.test");
  if (failure.kind === "limited") return warning(message, "Try again in a minute.");
  return problem(message, reachability(env));
}

function reachability(env: DoctorContext["env"]): string {
  const address = env["SLACK_API_URL"] ? "SLACK_API_URL names the right address and " : "";
  return `Check that ${address}this machine reaches slack.com over HTTPS; behind a proxy set HTTPS_PROXY.`;
}
