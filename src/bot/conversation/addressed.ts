/** How a message may name the bot: by a mention, by its name in plain letters, or by the slash command. */
export interface BotNames {
  readonly userId: string | undefined;
  /** `@heddle`, as people see it. */
  readonly name: string;
  /** `/workflow`. */
  readonly command: string;
}

const GREETING = /^(?:hi|hello|hey)\b[\s,.!]*/i;
const FENCED = /^```\s*([\s\S]*?)\s*```$/;
/** Bold, italic, struck out or code as a whole. */
const MARKED = /^([*_~`])([^\n]+)\1$/;

/**
 * What a message to the bot says, in Slack's own form: without the mention of the bot, a greeting before it, and the marks of
 * formatting around it all.
 */
export function readAddressed(text: string, { userId, name, command }: BotNames): string {
  const mention = new RegExp(`<@${userId ?? "-"}(?:\\|[^<>]*)?>\\s*[:,]?`, "g");
  const words = withoutMarks(text.replaceAll(mention, " ").trim().replace(GREETING, ""));
  const lower = words.toLowerCase();
  const named = [name, command].find((one) => lower.startsWith(`${one.toLowerCase()} `));
  return named === undefined ? words : withoutMarks(words.slice(named.length).trim());
}

/** Does a message mention this person or bot? */
export function mentions(text: string, userId: string | undefined): boolean {
  return userId !== undefined && (text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`));
}

function withoutMarks(text: string): string {
  const inside = FENCED.exec(text)?.[1] ?? MARKED.exec(text)?.[2];
  return inside === undefined || inside === text ? text : withoutMarks(inside.trim());
}
