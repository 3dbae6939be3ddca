import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";
import { throwIfWorthRepeating } from "../../receiver/repeats.ts";

/** A public channel is created: workflows with a matching trigger start. Slack reports it also where the bot is not. */
export function register(app: App, { engine, logger }: BotContext): void {
  app.event("channel_created", async ({ event, body, context: { botUserId, retryNum } }) => {
    const { id: channel, name, creator: user } = event.channel;
    // What this app does must start nothing.
    if (user === botUserId) return;
    try {
      await engine.triggers.receiveChannel({ eventId: body.event_id, user, channel, name });
    } catch (error) {
      logger.warn(
        { channel, user, event: body.event_id, err: error },
        "could not start the workflows that a new channel triggers",
      );
      throwIfWorthRepeating(error, retryNum);
    }
  });
}
