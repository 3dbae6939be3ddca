import type { App } from "@slack/bolt";
import { z } from "zod";
import { mentions } from "../../conversation/addressed.ts";
import type { Conversation } from "../../conversation/conversation.ts";
import { toWritten } from "../../conversation/written-message.ts";

/** Later edits tidy up, and get no answer, in seconds. */
const ANSWERED_S = 15 * 60;

const Changed = z.object({
  subtype: z.literal("message_changed"),
  channel: z.string(),
  channel_type: z.string(),
  event_ts: z.string(),
  message: z.looseObject({ ts: z.string(), text: z.string().default("") }),
  previous_message: z.object({ text: z.string().default("") }),
});

/**
 * A person edits what they wrote to the bot. The event also comes when Slack adds the preview of a link or counts replies; the text
 * is the same then. Message triggers start nothing.
 */
export function register(app: App, conversation: Conversation): void {
  app.event("message", async ({ event, body, client, context: { botUserId } }) => {
    const { data } = Changed.safeParse(event);
    if (data === undefined || data.message.text === data.previous_message.text) return;
    if (Number(data.event_ts) - Number(data.message.ts) > ANSWERED_S) return;
    const isDirect = data.channel_type === "im";
    if (!isDirect && !mentions(data.message.text, botUserId)) return;
    const edited = { ...data.message, channel: data.channel };
    const message = toWritten(edited, body.event_id, isDirect);
    if (message === null || message.user === botUserId) return;
    const before = data.previous_message.text;
    await conversation.edited({ message, before }, { client, botUserId });
  });
}
