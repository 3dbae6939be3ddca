import type { App } from "@slack/bolt";
import type { BotServices } from "../../context.ts";

/** An emoji on a message: workflows with a fitting trigger start. */
export function register(app: App, services: BotServices): void {
  const { engine } = services;
  app.event("reaction_added", async ({ event, body, context }) => {
    const { user, reaction, item } = event;
    // What this app does must start nothing.
    if (item.type !== "message" || user === context.botUserId) return;
    const { channel, ts } = item;
    const logger = services.logger.child({ channel, user, event: body.event_id });
    try {
      await engine.triggers.receiveReaction({
        eventId: body.event_id,
        emoji: reaction,
        user,
        place: { channel, ts },
      });
    } catch (error) {
      logger.warn({ err: error }, "it could not be found out what a reaction starts");
    }
  });
}
