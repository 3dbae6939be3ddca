import { z } from "zod";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { compilePattern } from "../../language/safe-pattern.ts";
import { isSearchable } from "./keywords.ts";
import { Channels, Users } from "./slack-filters.ts";

/** What a message has to be, for the triggers of messages and of mentions. */
export const MessageFilters = {
  channels: Channels,
  users: Users,
  pattern: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe("RE2 syntax; found anywhere in the text; in place of keywords"),
  keywords: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(100)
    .optional()
    .describe("words or phrases, whatever their case; one is enough"),
  thread: z
    .enum(["any", "root", "reply"])
    .default("any")
    .describe("`root`: only messages that are in no thread; `reply`: only replies in threads"),
  bots: z
    .boolean()
    .default(false)
    .describe("messages of other bots count too; the bot's own never do"),
};

export const MessageConfig = z.strictObject({
  ...MessageFilters,
  mention: z.boolean().default(false).describe("only messages that mention the bot"),
});
export type MessageConfig = z.output<typeof MessageConfig>;

/** The variables of runs that messages start. */
export const OF_MESSAGE = ["text", "user", "channel", "ts", "threadTs", "isReply", "files"];

/**
 * A message in a channel starts the workflow. Variables: `text`, `user`, `channel`, `ts`, `threadTs` (the thread to answer in:
 * the message's own, if it is in none), `isReply`, `files` (a list of `{id, name}`).
 */
export const message = defineTriggerType({
  kind: "message",
  summary: "Started by a message in a channel: by keywords, a pattern or a mention of the bot.",
  config: MessageConfig,
  gives: OF_MESSAGE,
  check: checkMessage,
});

function checkMessage(config: MessageConfig): readonly ConfigProblem[] {
  const { pattern, keywords, mention } = config;
  const problems: ConfigProblem[] = [];
  if (pattern === undefined && keywords === undefined && !mention) {
    problems.push({
      path: ["keywords"],
      message: "every message would start the workflow",
      fix: 'Give "keywords", a "pattern", or "mention": true. If every message is meant, "pattern": ".".',
    });
  }
  return [...problems, ...checkWords(config)];
}

/** What is wrong with the words that are looked for. */
export function checkWords({
  pattern,
  keywords,
}: Pick<MessageConfig, "pattern" | "keywords">): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (pattern !== undefined && keywords !== undefined) {
    problems.push({
      path: ["pattern"],
      message: '"pattern" and "keywords" are both given',
      fix: "Keep one, or make two triggers of them.",
    });
  }
  const compiled = pattern === undefined ? null : compilePattern(pattern);
  if (typeof compiled === "string")
    problems.push({ path: ["pattern"], message: compiled, fix: "Correct the pattern." });
  keywords?.forEach((keyword, index) => {
    if (isSearchable(keyword)) return;
    problems.push({
      path: ["keywords", index],
      message: `${JSON.stringify(keyword)} has neither letters nor digits nor emoji`,
      fix: 'Keywords are whole words, with their signs, such as "c++"; for signs alone use a "pattern".',
    });
  });
  return problems;
}
