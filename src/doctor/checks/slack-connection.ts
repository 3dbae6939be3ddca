import type { Logger } from "../../app/log.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { createLookupClient, toSlackLogger } from "../../slack/clients.ts";
import { toSlackError, toSlackFailure } from "../../slack/errors.ts";
import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, problem, unknown, warning } from "../finding.ts";
import { appPage } from "../slack-pages.ts";

/** What Slack gives as a signing secret. */
const SIGNING_SECRET = /^[0-9a-f]{32}$/;

/** Whether what Slack sends can arrive: the app token of Socket Mode, or the signing secret of HTTP mode. */
export function slackConnectionCheck(context: DoctorContext, logger: Logger): Check {
  const { appToken, signingSecret, apiUrl } = context.config.slack;
  if (appToken !== null) {
    return {
      id: "slack.app_token",
      title: "App token",
      run: async () => [
        await checkAppToken(appToken, context, logger),
        ...(await compareApps(appToken, context)),
      ],
    };
  }
  return {
    id: "slack.signing_secret",
    title: "Signing secret",
    run: async () => [judgeSigningSecret(signingSecret ?? "", apiUrl)],
  };
}

/** Slack gives out an address for a connection, which is not used and expires by itself. */
async function checkAppToken(
  botToken: string,
  { config, slack }: DoctorContext,
  logger: Logger,
): Promise<Finding> {
  const { fetch } = slack;
  const access = omitUndefined({ botToken, apiUrl: config.slack.apiUrl ?? undefined, fetch });
  const client = createLookupClient(access, toSlackLogger(logger));
  try {
    await client.apps.connections.open({});
    return ok("Socket Mode: Slack offers a connection");
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Finding {
  const failure = toSlackFailure(error);
  if (failure.kind === "limited") {
    return unknown(
      "Slack hands out no more connections at the moment.",
      "A bot that connects again and again uses them up. Try again in a minute.",
    );
  }
  if (failure.kind !== "refused") {
    const { message } = toSlackError(error, "apps.connections.open");
    return problem(message, "Check the network, and try again.");
  }
  const fix =
    failure.code === "missing_scope"
      ? `Give the app-level token the scope connections:write: ${appPage(null, "general")} → your app → Basic Information → App-Level Tokens.`
      : `Open ${appPage(null, "general")} → your app → Basic Information → App-Level Tokens, make a token with connections:write, and set SLACK_APP_TOKEN to it. Socket Mode must be switched on.`;
  return problem(`Slack refuses SLACK_APP_TOKEN (${failure.code}).`, fix);
}

/** An app-level token has the id of its app in it: `xapp-1-A012ABCDEF-…`. */
async function compareApps(appToken: string, context: DoctorContext): Promise<readonly Finding[]> {
  const owner = /^xapp-\d+-(A[A-Z0-9]+)-/.exec(appToken)?.[1];
  const appId = await context.identity().then(
    (identity) => identity.appId,
    () => null,
  );
  if (owner === undefined || appId === null || owner === appId) return [];
  return [
    problem(
      `SLACK_APP_TOKEN belongs to the app ${owner}, SLACK_BOT_TOKEN to ${appId}: nothing would arrive.`,
      `Copy both from the same app: ${appPage(appId, "general")}`,
    ),
  ];
}

/**
 * Pure: only its form can be judged.
 *
 * @internal exported for its test
 */
export function judgeSigningSecret(secret: string, apiUrl: string | null): Finding {
  // Another Slack, such as the simulator, has secrets of its own form.
  if (apiUrl !== null || SIGNING_SECRET.test(secret)) {
    return ok("HTTP mode: it has the right form; whether it is this app's shows when Slack calls");
  }
  return warning(
    "SLACK_SIGNING_SECRET does not look like one: Slack's has 32 digits and letters from a to f.",
    `Copy it from ${appPage(null, "general")} → your app → Basic Information → App Credentials.`,
  );
}
