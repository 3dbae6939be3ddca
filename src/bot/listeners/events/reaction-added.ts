import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";

/** An emoji on a message: workflows with a matching trigger start. */
export function register(app: App, context: BotContext): void {
  const { engine } = context;
  app.event("reaction_added", async ({ event, body, context: { botUserId } }) => {
    const { user, reaction, item } = event;
    // What this app does must start nothing.
    if (item.type !== "message" || user === botUserId) return;
    const { channel, ts } = item;
    const logger = context.logger.child({ channel, user, event: body.event_id });
    try {
      await engine.triggers.receiveReaction({
        eventId: body.event_id,
        emoji: reaction,
        user,
        place: { channel, ts },
      });
    } catch (error) {
      logger.warn({ err: error }, "could not start the workflows that a reaction triggers");
    }
  });
}
