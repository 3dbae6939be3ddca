import type { App } from "@slack/bolt";
import type { Conversation } from "../../conversation/conversation.ts";
import { toWritten } from "../../conversation/written-message.ts";

/** A message to the bot. */
export function register(app: App, conversation: Conversation): void {
  app.event("message", async ({ event, body, client, context: { botUserId } }) => {
    if (event.channel_type !== "im") return;
    const message = toWritten(event, body.event_id, true);
    if (message === null || message.user === botUserId) return;
    if (await conversation.claim(message))
      await conversation.receive(message, { client, botUserId });
  });
}
