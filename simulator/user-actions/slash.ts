import { Arguments } from "../api/arguments.ts";
import { hasContent, respond } from "../api/respond.ts";
import { SlackError } from "../api/slack-error.ts";
import type { SlashCommand } from "../manifest.ts";
import { slashCommandPayload } from "../payloads/interaction.ts";
import { commandText } from "../text/command-text.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type Outcome, outcomeOf } from "./action.ts";
import type { ActionBody } from "./body.ts";
import { tellAsSlackbot } from "./slackbot.ts";

/**
 * A person sends a slash command. There are none in threads, nor in the split view, where an agent stands beside a channel
 * (`surface: "split"`).
 *
 * @see https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export async function slash(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  const channel = body.openChannel(user);
  const command = body.required("command");
  const tell = (text: string, threadTs?: string): void =>
    tellAsSlackbot(workspace, channel, user, `\`${command}\` ${text}`, threadTs);
  const threadTs = body.text("thread_ts");
  if (threadTs !== undefined) {
    tell("does not work in threads. Sorry!", threadTs);
    return refused("command_not_supported_in_threads");
  }
  if (body.text("surface") === "split") {
    tell("does not work beside an agent. Use it in the channel.");
    return refused("command_not_supported_in_split_view");
  }
  const known = user.isStranger === true ? undefined : commandOf(workspace, command);
  if (known === undefined) {
    tell("is not a command here. To send it as a message, put a space before the slash.");
    return refused("command_not_found");
  }
  const text = commandText(body.text("text") ?? "", workspace.state.directory, known.shouldEscape);
  const payload = slashCommandPayload(workspace, { user, channel, command, text: text.trim() });
  const ack = await workspace.transport.send({
    kind: "slash_commands",
    payload,
    acceptsResponse: true,
  });
  if (!ack.acked) {
    tell(`failed with the error "${ack.error}".`);
    return outcomeOf(ack);
  }
  if (!hasContent(ack.payload)) return outcomeOf(ack);
  try {
    respond(workspace, { user: user.id, channel: channel.id }, new Arguments(ack.payload));
    return outcomeOf(ack);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    tell('failed with the error "invalid_command_response".');
    return { ...outcomeOf(ack), ok: false, error: "invalid_command_response", reason: error.code };
  }
}

/** The app's command of this name, as long as it is installed and may have commands. */
function commandOf(
  { manifest, installation }: Workspace,
  command: string,
): SlashCommand | undefined {
  if (!installation.isInstalled || !manifest.scopes.has("commands")) return undefined;
  return manifest.commands.find((one) => one.command === command);
}

function refused(error: string): Outcome {
  return { ok: false, acked: false, ackMs: 0, delivered: false, error };
}
