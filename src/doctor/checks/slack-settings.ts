import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, unknown, warning } from "../finding.ts";
import { appPage } from "../slack-pages.ts";
import { withIdentity } from "../with-identity.ts";

/**
 * What the app's settings at Slack have to say. No bot token may read them (`apps.manifest.export` takes a configuration token),
 * so this check says how a person compares them.
 */
export function slackSettingsCheck(context: DoctorContext): Check {
  const { slashCommand, appToken } = context.config.slack;
  const { events, commands } = context.manifest;
  const received =
    appToken === null
      ? "“Request URL” says Verified, here and under Interactivity and Slash Commands"
      : "Socket Mode is on";
  return {
    id: "slack.settings",
    title: "App settings",
    run: () =>
      withIdentity(context, ({ appId }) => [
        unknown(
          "Slack does not tell a bot which events and commands its app has.",
          `Compare once: ${appPage(appId, "events")} has the ${events.length} events that manifest.yml lists under bot_events; ${received}.\nOr see it work: npm run doctor -- --live --channel C…`,
        ),
        ...judgeCommand(slashCommand, commands, appId),
      ]),
  };
}

function judgeCommand(
  command: string,
  declared: readonly string[],
  appId: string | null,
): readonly Finding[] {
  if (declared.includes(command)) return [];
  return [
    warning(
      `SLASH_COMMAND is ${command}, manifest.yml declares ${declared.join(", ")}.`,
      `Make sure that ${command} is a command of the app: ${appPage(appId, "commands")}`,
    ),
  ];
}
