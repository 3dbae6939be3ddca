import { z } from "zod";
import { externalNames } from "../../definition/param-traits.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { compilePattern } from "../../language/safe-pattern.ts";
import { isSearchable } from "./keywords.ts";

export const MessageConfig = z.strictObject({
  /** Ids or names (`#support`); absent: every channel that the bot is in. */
  channels: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(100)
    .optional()
    .register(externalNames, { kind: "channel" }),
  /** RE2 syntax; found anywhere in the text. */
  pattern: z.string().min(1).max(500).optional(),
  /** Words or phrases, whatever their case; one is enough. */
  keywords: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
  /** Only messages that mention the bot. */
  mention: z.boolean().default(false),
  /** Messages of other bots count too. The bot's own never do. */
  bots: z.boolean().default(false),
});
export type MessageConfig = z.output<typeof MessageConfig>;

/**
 * A message in a channel starts the workflow. Variables: `text`, `user`, `channel`, `ts`, `threadTs` (the thread to answer in:
 * the message's own, if it is in none), `isReply`, `files` (a list of `{id, name}`).
 */
export const message = defineTriggerType({
  kind: "message",
  summary: "Started by a message in a channel: by keywords, a pattern or a mention of the bot.",
  config: MessageConfig,
  gives: ["text", "user", "channel", "ts", "threadTs", "isReply", "files"],
  check: checkMessage,
});

function checkMessage({ pattern, keywords, mention }: MessageConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (pattern === undefined && keywords === undefined && !mention) {
    problems.push({
      path: ["keywords"],
      message: "every message would start the workflow",
      fix: 'Give "keywords", a "pattern", or "mention": true. If every message is meant, "pattern": ".".',
    });
  }
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
