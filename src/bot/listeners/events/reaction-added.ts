import type { App } from "@slack/bolt";
import { AppError, asAppError } from "../../../shared/errors.ts";
import type { BotContext } from "../../context.ts";
import { throwIfWorthRepeating } from "../../receiver/repeats.ts";
import { createQuietReply, guard } from "../../reply.ts";
import { isDecisionEmoji, leadToButtons } from "./spoken-decision.ts";

/** An emoji on a message: workflows with a matching trigger start. */
export function register(app: App, context: BotContext): void {
  const { engine } = context;
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
    try {
      await engine.triggers.receiveReaction({
        eventId: body.event_id,
        emoji: reaction,
        user,
        place: { channel, ts },
      });
    } catch (error) {
      throwIfWorthRepeating(error, retryNum);
      // Only what a workflow waits for can fail; the person who chose the emoji hears why nothing began.
      const reply = createQuietReply(context.sender, { channel, user }, logger);
      await guard(reply, logger, async () => refuse(error, reaction));
    }
  });
}

function refuse(error: unknown, emoji: string): never {
  const { code, message } = asAppError(error);
  throw new AppError({
    code,
    message: `Your :${emoji}: started nothing. ${message} When that is mended, take the emoji away and add it again.`,
    cause: error,
  });
}
