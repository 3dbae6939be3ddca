import { z } from "zod";
import { defineTriggerType } from "../../definition/trigger-type.ts";

export const ReactionConfig = z.strictObject({
  /** Name of the emoji, with or without colons; skin tones count as the same. */
  emoji: z
    .string()
    .regex(/^:?[a-z0-9_+'-]{1,100}:?$/, "must be the name of an emoji, such as white_check_mark"),
  /** Ids or names (`#support`); absent: every channel that the bot is in. */
  channels: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
});

/**
 * An emoji that a person adds to a message starts the workflow. Variables: `emoji`, `user` (who added it), `channel`, `ts` of the
 * message, `threadTs` (the thread to answer in), `text` and `messageUser` of the message.
 */
export const reaction = defineTriggerType({
  kind: "reaction",
  summary: "Started by an emoji that a person adds to a message.",
  config: ReactionConfig,
  gives: ["emoji", "user", "channel", "ts", "threadTs", "text", "messageUser"],
  check: () => [],
});
