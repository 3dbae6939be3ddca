import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";
import { receiveReaction } from "./reaction-starts.ts";
import { isDecisionEmoji, leadToButtons } from "./spoken-decision.ts";

/** An emoji on a message: workflows with a matching trigger start. */
export function register(app: App, context: BotContext): void {
  app.event("reaction_added", async ({ event, body, context: { botUserId, retryNum } }) => {
    const { user, reaction, item, item_user: author } = event;
    // What this app does must start nothing.
    if (item.type !== "message" || user === botUserId) return;
    const { channel, ts } = item;
    const logger = context.logger.child({ channel, user, event: body.event_id });
    if ((author === undefined || author === botUserId) && isDecisionEmoji(reaction)) {
      // Not awaited: the event is acknowledged when what it starts is stored.
      void leadToButtons(context, { user, channel, ts }).catch((error: unknown) => {
        logger.warn({ err: error }, "could not lead a person to the buttons");
      });
    }
    const incoming = { eventId: body.event_id, emoji: reaction, user, place: { channel, ts } };
    await receiveReaction(context, incoming, { retryNum, logger });
  });
}
