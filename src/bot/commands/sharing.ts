import { isChannelId } from "../../slack/channels.ts";
import { mentionChannel, mentionPerson, showTime } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { ADMINS_ONLY, type Subcommand } from "./subcommand.ts";
import { invalid, showTyped } from "./tokens.ts";

/** The button that allows it. */
export const ALLOW_SHARING = "Report here from now on";

/** Whether runs are shown in a channel that other organizations read: where it is typed. */
export const sharingCommand: Subcommand = {
  name: "sharing",
  usage: "[allow|revoke]",
  summary: "in a channel shared with another organization: whether cards of runs stand there",
  roles: ADMINS_ONLY,
  run: async ({ words: [what], channel, caller }, context) => {
    if (!isChannelId(channel) || channel.startsWith("D"))
      throw invalid(
        "This is about a channel: type it in the channel that another organization reads.",
      );
    switch (what?.toLowerCase()) {
      case undefined:
        return describe(channel, context);
      case "allow":
        return allowSharing(channel, caller.userId, context);
      case "revoke":
        return revoke(channel, caller.userId, context);
      default:
        throw invalid(
          `“${showTyped(what ?? "", 40)}” is not known here. Write \`${context.command} sharing allow\`, \`${context.command} sharing revoke\`, or \`${context.command} sharing\` to see what holds now.`,
        );
    }
  },
};

/** Allows it. @returns the answer. @throws {AppError} `not_allowed` for people who are no admins. */
export async function allowSharing(
  channel: string,
  by: string,
  { engine, command }: Pick<BotContext, "engine" | "command">,
): Promise<string> {
  await engine.sharing.allow(channel, by);
  return `From now on the cards of runs stand in ${mentionChannel(channel)}, where people of another organization read them; what is sensitive stays masked. \`${command} sharing revoke\` takes it back.`;
}

async function revoke(channel: string, by: string, { engine }: BotContext): Promise<string> {
  const was = await engine.sharing.revoke(channel, by);
  return was
    ? `Cards of runs stand in ${mentionChannel(channel)} no more; those that stand there stay as they are.`
    : "It was not allowed here.";
}

async function describe(
  channel: string,
  { engine, workspace, command }: BotContext,
): Promise<string> {
  if (!(await workspace.channels.isShared(channel)))
    return "No other organization reads this channel: cards of runs stand here.";
  const consent = await engine.sharing.consentTo(channel);
  if (consent === null)
    return `People of another organization read this channel: cards go to direct messages. \`${command} sharing allow\` shows them here.`;
  return `People of another organization read this channel; ${mentionPerson(consent.by)} allowed cards of runs here (${showTime(consent.at)}). \`${command} sharing revoke\` takes it back.`;
}
