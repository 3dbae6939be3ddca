import { z } from "zod";
import { defineTriggerType } from "../../definition/trigger-type.ts";

/**
 * A person chooses the workflow in Slack's list of shortcuts, or in the menu of a message. Variables: `user`, and of the message
 * `channel`, `ts`, `threadTs` (the thread to answer in), `text` and `messageUser`; without a message they are null. The person fills
 * in the inputs.
 */
export const shortcut = defineTriggerType({
  kind: "shortcut",
  summary: "Offered in Slack's shortcuts and in the menu of every message.",
  config: z.strictObject({}),
  gives: ["user", "channel", "ts", "threadTs", "text", "messageUser"],
  givesMore: true,
  check: () => [],
});
