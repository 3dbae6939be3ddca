import { z } from "zod";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { checkWords, MessageFilters, OF_MESSAGE } from "./message.ts";

export const MentionConfig = z.strictObject(MessageFilters);

/** A message that mentions the bot starts the workflow; what else it has to be, and the variables, are those of a message. */
export const mention = defineTriggerType({
  kind: "mention",
  summary: "Started by a message in a channel that mentions the bot.",
  config: MentionConfig,
  gives: OF_MESSAGE,
  check: checkWords,
});
