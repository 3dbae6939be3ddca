import { z } from "zod";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { Channels, Users } from "./slack-filters.ts";

/** Name of an emoji, with or without colons; skin tones count as the same. Own emoji of a workspace may have letters of any script. */
const Emoji = z
  .string()
  .regex(
    /^:?[\p{Ll}\p{Lo}\p{M}\p{N}_+'-]{1,100}:?$/u,
    "must be the name of an emoji, such as white_check_mark",
  );

export const ReactionConfig = z.strictObject({
  emoji: z
    .union([Emoji, z.array(Emoji).min(1).max(50)])
    .describe("name of the emoji (`eyes`), or several of which one is enough"),
  channels: Channels,
  users: Users,
  on: z
    .enum(["added", "removed"])
    .default("added")
    .describe("`removed`: when the emoji is taken away"),
});

/**
 * An emoji that a person adds to a message, or takes away, starts the workflow. Variables: `emoji`, `user` (who did it), `channel`,
 * `ts` of the message, `threadTs` (the thread to answer in), `text` and `messageUser` of the message.
 */
export const reaction = defineTriggerType({
  kind: "reaction",
  summary: "Started by an emoji that a person adds to a message, or takes away.",
  config: ReactionConfig,
  gives: ["emoji", "user", "channel", "ts", "threadTs", "text", "messageUser"],
  check: () => [],
});
