import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";
import { throwIfWorthRepeating } from "../../receiver/repeats.ts";

/** A person joins a channel: workflows with a matching trigger start. */
export function register(app: App, { engine, logger }: BotContext): void {
  app.event("member_joined_channel", async ({ event, body, context: { botUserId, retryNum } }) => {
    const { user, channel, inviter = null } = event;
    if (user === botUserId) return;
    try {
      await engine.triggers.receiveMember({ eventId: body.event_id, user, channel, inviter });
    } catch (error) {
      logger.warn(
        { channel, user, event: body.event_id, err: error },
        "could not start the workflows that the coming of a member triggers",
      );
      throwIfWorthRepeating(error, retryNum);
    }
  });
}
