import { trimUnseen } from "../../shared/unseen.ts";
import { withoutMarks } from "../commands/command-text.ts";

/** How a message may name the bot: by a mention, by its name in plain letters, or by the slash command. */
export interface BotNames {
  readonly userId: string | undefined;
  /** `@heddle`, as people see it. */
  readonly name: string;
  /** `/workflow`. */
  readonly command: string;
}

const GREETING = /^(?:hi|hello|hey)\b[\s,.!]*/i;

/**
 * What a message to the bot says, in Slack's own form: without the mention of the bot, a greeting before it, and the marks of
 * formatting around it all.
 */
export function readAddressed(text: string, { userId, name, command }: BotNames): string {
  const mention = new RegExp(`<@${userId ?? "-"}(?:\\|[^<>]*)?>\\s*[:,]?`, "g");
  const words = withoutMarks(trimUnseen(text.replaceAll(mention, " ")).replace(GREETING, ""));
  const lower = words.toLowerCase();
  const named = [name, command].find((one) => lower.startsWith(`${one.toLowerCase()} `));
  return named === undefined ? words : withoutMarks(words.slice(named.length).trim());
}

/** Does a message mention this person or bot? */
export function mentions(text: string, userId: string | undefined): boolean {
  return userId !== undefined && (text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`));
}
