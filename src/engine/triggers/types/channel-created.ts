import { z } from "zod";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { checkWords } from "./message.ts";
import { Users } from "./slack-filters.ts";

export const ChannelCreatedConfig = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe("RE2 syntax; found anywhere in the name of the channel: `^proj-`; absent: any name"),
  users: Users,
});

/** A public channel that is created starts the workflow. Variables: `channel` (its id), `channelName`, `user` (who created it). */
export const channelCreated = defineTriggerType({
  kind: "channel-created",
  summary: "Started by a public channel that is created in the workspace.",
  config: ChannelCreatedConfig,
  gives: ["channel", "channelName", "user"],
  check: checkWords,
});
