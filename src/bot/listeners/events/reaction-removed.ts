import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";
import { receiveReaction } from "./reaction-starts.ts";

/** An emoji that a person takes away from a message: workflows that wait for that start. What it started before continues. */
export function register(app: App, context: BotContext): void {
  app.event("reaction_removed", async ({ event, body, context: { botUserId, retryNum } }) => {
    const { user, reaction: emoji, item } = event;
    // What this app does must start nothing.
    if (item.type !== "message" || user === botUserId) return;
    const { channel, ts } = item;
    const logger = context.logger.child({ channel, user, event: body.event_id });
    const place = { channel, ts };
    const incoming = { eventId: body.event_id, emoji, user, place, isRemoval: true };
    await receiveReaction(context, incoming, { retryNum, logger });
  });
}
